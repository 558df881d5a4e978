import { setWorkerHook, type WorkerHook } from "../internal/worker_hook.ts";
import type { WorkerScope } from "../runtime/worker_scope.ts";
import { type Envelope, openEnvelope, sealError } from "./error_envelope.ts";
import { BOUND_NAMES, type ItemFunction, loadFunction } from "./function_loader.ts";
import { ItemContext } from "./item_context.ts";
import { ResultBatch } from "./result_batch.ts";
import { unpackValues } from "./value_unpacking.ts";
import {
  BOARD_RUNNING,
  BOARD_SLOTS,
  type FatalReason,
  type InitMessage,
  type RunMessage,
  SLOT_BEGUN,
  SLOT_SENT,
  type ToWorker,
} from "./worker_protocol.ts";

const { then: whenSettled } = Promise.prototype;

/** A loop is broken off so long after the pool has given it up, in milliseconds. */
const GUARD_SLACK_MS = 50;

/** Serves the pool that started this worker, until that ends it. */
export function startWorker(scope: WorkerScope): void {
  let runner: ItemRunner | undefined;
  scope.onMessage((message) => {
    const told = message as ToWorker;
    if (told.kind === "init") runner = new ItemRunner(scope, told);
    else if (told.kind === "run") runner?.run(told);
    else runner?.abort(told.slot, told.reason);
  });
}

/** Runs items, a few at a time, in the order they came in. */
class ItemRunner {
  readonly #scope: WorkerScope;
  readonly #concurrency: number;
  readonly #board: Int32Array;
  readonly #results: ResultBatch;
  readonly #moved = new WeakMap<object, readonly ArrayBuffer[]>();
  /** Messages with items that have not begun; the first of them from `#position` on. */
  readonly #waiting: RunMessage[] = [];
  #position = 0;
  #activeCount = 0;
  #isFlushComing = false;
  #isDying = false;
  #fn: ItemFunction | undefined = undefined;
  /** Where the item whose synchronous part runs now came from, for its context. */
  #running: RunMessage | undefined = undefined;
  #runningPosition = 0;
  #runningContext: ItemContext | undefined = undefined;
  /** Contexts that items asked for, as long as these run, to be told of aborts. */
  readonly #contexts = new Map<number, ItemContext>();

  constructor(scope: WorkerScope, init: InitMessage) {
    this.#scope = scope;
    this.#concurrency = init.concurrency;
    this.#board = new Int32Array(init.board);
    this.#results = new ResultBatch(scope, init, this.#board, this.#moved);
    scope.onUncaught((error) => this.#die("uncaught", error));
    scope.onExit((code) => this.#die("exit", code));
    scope.onHeapOverflow(() => this.#die("memory", undefined));
    void this.#load(init);
  }

  /** Takes items in. */
  run(message: RunMessage): void {
    unpackValues(message.packing);
    this.#waiting.push(message);
    this.#pump();
  }

  /** Tells the item in `slot` to stop. */
  abort(slot: number, reason: unknown): void {
    this.#contexts.get(slot)?.abort(openEnvelope(reason as Envelope, new Map()));
  }

  async #load(init: InitMessage): Promise<void> {
    const hook: WorkerHook = { currentCall: () => this.#currentContext(), moved: this.#moved, functions: [] };
    setWorkerHook(hook);
    const values = [() => this.#requireContext(), this.#transfer, (fn: unknown) => fn];
    const bound = Object.fromEntries(BOUND_NAMES.map((name, place) => [name, values[place]]));
    try {
      const found = loadFunction(init.fn, bound, hook);
      // A function at hand is ready in this very turn, before the items that follow the message.
      this.#fn = found instanceof Promise ? await found : found;
      this.#results.post({ kind: "ready" });
      this.#pump();
    } catch (error) {
      this.#die("boot", error);
    }
  }

  #transfer = (value: object, buffers: readonly ArrayBuffer[]): object => {
    this.#moved.set(value, buffers);
    return value;
  };

  #pump(): void {
    const fn = this.#fn;
    if (fn === undefined || this.#isDying) return;
    this.#results.begin();
    const limitMs = this.#waiting[0]?.limitMs;
    if (limitMs === undefined) this.#startItems(fn, limitMs);
    else if (!this.#scope.guard(() => this.#startItems(fn, limitMs), 2 * limitMs + GUARD_SLACK_MS)) {
      return this.#die("overrun", undefined);
    }
    if (this.#activeCount === 0) this.#results.end();
    else if (!this.#results.isEmpty) this.#flushSoon();
  }

  /** Starts items as long as there is room; those of another limit, or past `limitMs`, in a turn of their own. */
  #startItems(fn: ItemFunction, limitMs: number | undefined): void {
    const untilMs = limitMs === undefined ? Infinity : performance.now() + limitMs;
    while (this.#activeCount < this.#concurrency && !this.#isDying) {
      const message = this.#waiting[0];
      if (message === undefined) break;
      const isOver = message.limitMs !== limitMs || (limitMs !== undefined && performance.now() > untilMs);
      if (isOver) return this.#scope.soon(() => this.#pump());
      const position = this.#position++;
      if (this.#position >= message.slots.length) {
        this.#waiting.shift();
        this.#position = 0;
      }
      this.#start(fn, message, position);
    }
  }

  #start(fn: ItemFunction, message: RunMessage, position: number): void {
    const slot = message.slots[position]!;
    if (Atomics.compareExchange(this.#board, BOARD_SLOTS + slot, SLOT_SENT, SLOT_BEGUN) !== SLOT_SENT) {
      return this.#results.addSkipped(slot);
    }
    const item = message.items[position];
    // The message lives until its last item ended, and should not keep all others alive.
    message.items[position] = undefined;
    this.#running = message;
    this.#runningPosition = position;
    Atomics.store(this.#board, BOARD_RUNNING, slot + 1);
    let result: unknown;
    let promise: Promise<unknown> | undefined;
    try {
      const rest = message.rest?.[position];
      result = rest === undefined ? fn(item) : fn(item, ...rest);
      promise = promiseOf(result);
    } catch (error) {
      this.#leave(slot);
      return this.#settle(slot, () => this.#results.addFailure(slot, error));
    }
    this.#leave(slot);
    if (promise !== undefined) this.#follow(slot, promise);
    else this.#settle(slot, () => this.#results.addValue(slot, result));
  }

  #leave(slot: number): void {
    Atomics.store(this.#board, BOARD_RUNNING, 0);
    this.#running = undefined;
    if (this.#runningContext === undefined) return;
    this.#contexts.set(slot, this.#runningContext);
    this.#runningContext = undefined;
  }

  #follow(slot: number, result: Promise<unknown>): void {
    this.#activeCount++;
    const onSettled = (add: () => void) => {
      this.#activeCount--;
      this.#settle(slot, add);
      this.#pump();
    };
    // The item may have put another `then` in place of the promises' own.
    void whenSettled.call(
      result,
      (value) => onSettled(() => this.#results.addValue(slot, value)),
      (error) => onSettled(() => this.#results.addFailure(slot, error)),
    );
  }

  #settle(slot: number, add: () => void): void {
    const madeId = this.#contexts.size === 0 ? undefined : this.#contexts.get(slot)?.madeId;
    if (madeId !== undefined) this.#results.addId(slot, madeId);
    this.#contexts.delete(slot);
    add();
    this.#results.markDone(slot);
  }

  #flushSoon(): void {
    if (this.#isFlushComing) return;
    this.#isFlushComing = true;
    this.#scope.soon(() => {
      this.#isFlushComing = false;
      this.#results.flush();
    });
  }

  #currentContext(): ItemContext | undefined {
    if (this.#running === undefined) return undefined;
    return this.#runningContext ??= new ItemContext(this.#running, this.#runningPosition);
  }

  #requireContext(): ItemContext {
    const context = this.#currentContext();
    if (context !== undefined) return context;
    throw new Error(
      "Cannot read the current call as 'currentCall()' must be called in a worker before the first await of the " +
        "function: received a call from elsewhere",
    );
  }

  /** From here on no item begins: the board shows the pool which one it was. */
  #die(reason: FatalReason, error: unknown): void {
    this.#isDying = true;
    let sealed: Envelope = { thrown: [undefined], packing: { parts: [], places: [] } };
    try {
      this.#results.flush();
      sealed = sealError(error);
    } catch {
      // What cannot be told must not keep this from being told.
    }
    this.#results.post({ kind: "fatal", reason, error: sealed });
  }
}

/**
 * A promise for what `result` becomes, if it is not there yet. A promise settles once, whatever a thenable does: one
 * that calls back twice, answers another thenable, or throws after all.
 *
 * @throws {unknown} What is thrown when `result` is asked whether it has a `then`.
 */
function promiseOf(result: unknown): Promise<unknown> | undefined {
  if ((typeof result !== "object" || result === null) && typeof result !== "function") return undefined;
  if (isPlainPromise(result)) return result;
  const then: unknown = Reflect.get(result, "then");
  if (typeof then !== "function") return undefined;
  return new Promise((resolve, reject) => void then.call(result, resolve, reject));
}

function isPlainPromise(value: object): value is Promise<unknown> {
  return Object.getPrototypeOf(value) === Promise.prototype && !Object.hasOwn(value, "then");
}
