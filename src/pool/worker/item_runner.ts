import { monotonicNow } from "../../time/read_time.ts";
import { setWorkerHook, type WorkerHook } from "../../runtime/worker_hook.ts";
import type { WorkerScope } from "../../runtime/worker_scope.ts";
import { type Envelope, openEnvelope, sealError } from "../wire/error_envelope.ts";
import { type ItemFunction, loadFunction } from "./function_loader.ts";
import { BOUND_NAMES } from "../wire/pooled_function.ts";
import { ImportWatch } from "./import_watch.ts";
import { ItemContext, throwOutside } from "./item_context.ts";
import { ResultBatch } from "./result_batch.ts";
import { promiseOf, whenSettled } from "./settled_promise.ts";
import { unpackValues } from "../wire/value_unpacking.ts";
import {
  BOARD_RUNNING,
  BOARD_SLOTS,
  type FatalReason,
  type InitMessage,
  type LoadMessage,
  type RunMessage,
  SLOT_BEGUN,
  SLOT_SENT,
  SLOT_TAKEN_BACK,
  type ToWorker,
} from "../wire/worker_protocol.ts";

/** How long after the pool has stopped waiting for an item its loop is ended, in milliseconds. */
const GUARD_SLACK_MS = 50;

/** A function that items are for. */
interface KnownFunction {
  /** The function, once it is found. */
  fn: ItemFunction | undefined;
  /** How many of its items run at once. */
  readonly concurrency: number;
}

/** Runs items, a few at a time, in the order they came in. */
export class ItemRunner {
  readonly #scope: WorkerScope;
  readonly #board: Int32Array;
  readonly #isShared: boolean;
  readonly #results: ResultBatch;
  readonly #moved = new WeakMap<object, readonly ArrayBuffer[]>();
  readonly #imports = new ImportWatch();
  readonly #modules = new Set<string>();
  readonly #hook: WorkerHook;
  readonly #bound: Readonly<Record<string, unknown>>;
  readonly #functions = new Map<number, KnownFunction>();
  /** Messages with items that have not begun; the first of them from `#position` on. */
  readonly #waiting: RunMessage[] = [];
  #position = 0;
  #activeCount = 0;
  #isFlushComing = false;
  #isDying = false;
  /** Where the item whose synchronous part runs now came from, for its context. */
  #running: RunMessage | undefined = undefined;
  #runningPosition = 0;
  #runningContext: ItemContext | undefined = undefined;
  /** Contexts that items asked for, as long as these run, to be notified of aborts. */
  readonly #contexts = new Map<number, ItemContext>();

  constructor(scope: WorkerScope, init: InitMessage) {
    this.#scope = scope;
    this.#board = new Int32Array(init.board);
    this.#isShared = typeof SharedArrayBuffer === "function" && init.board instanceof SharedArrayBuffer;
    this.#results = new ResultBatch(scope, init, this.#board, this.#moved);
    this.#hook = this.#layOutHook(init.ancestors ?? []);
    const values = [() => this.#requireContext(), this.#transfer, (fn: unknown) => fn];
    this.#bound = Object.fromEntries(BOUND_NAMES.map((name, place) => [name, values[place]]));
    scope.onUncaught((error) => this.#die("uncaught", error));
    scope.onExit((code) => this.#die("exit", code));
    scope.onHeapOverflow(() => this.#die("memory", undefined));
    this.#results.post({ kind: "up" });
  }

  /** Handles a message of the pool. */
  handle(message: Exclude<ToWorker, InitMessage>): void {
    if (message.kind === "run") this.#run(message);
    else if (message.kind === "load") void this.#load(message);
    else if (message.kind === "abort") this.#abort(message.slot, message.reason as Envelope);
    else if (message.kind === "skip") this.#board[BOARD_SLOTS + message.slot] = SLOT_TAKEN_BACK;
    else this.#results.post({ kind: "pong" });
  }

  #abort(slot: number, reason: Envelope): void {
    this.#contexts.get(slot)?.abort(openEnvelope(reason, new Map()));
  }

  #run(message: RunMessage): void {
    unpackValues(message.packing);
    if (!this.#isShared) { for (const slot of message.slots) this.#board[BOARD_SLOTS + slot] = SLOT_SENT; }
    this.#waiting.push(message);
    this.#pump();
  }

  #layOutHook(inherited: readonly string[]): WorkerHook {
    const hook: WorkerHook = {
      currentCall: () => this.#currentContext(),
      moved: this.#moved,
      functions: [],
      isImporting: () => this.#running === undefined && this.#imports.isImporting,
      ancestors: () => [...inherited, ...this.#modules],
      refuse: (error) => this.#die("boot", error),
    };
    setWorkerHook(hook);
    return hook;
  }

  async #load({ id, fn: reference, concurrency }: LoadMessage): Promise<void> {
    const known: KnownFunction = { fn: undefined, concurrency };
    this.#functions.set(id, known);
    const find = () => loadFunction(reference, this.#bound, this.#hook);
    try {
      if (reference.module !== undefined) this.#modules.add(reference.module);
      const found = reference.module === undefined ? find() : this.#imports.during(find);
      // A function at hand is ready in this very turn, before the items that follow the message.
      known.fn = found instanceof Promise ? await found : found;
      this.#results.post({ kind: "ready", id });
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
    if (this.#isDying) return;
    this.#results.begin();
    const limitMs = this.#waiting[0]?.limitMs;
    if (limitMs === undefined) this.#startItems(limitMs);
    else if (!this.#scope.guard(() => this.#startItems(limitMs), 2 * limitMs + GUARD_SLACK_MS)) {
      return this.#die("overrun", undefined);
    }
    if (this.#activeCount === 0) this.#results.end();
    else if (!this.#results.isEmpty) this.#flushSoon();
  }

  /** Starts items as long as there is room; those of another limit, or past `limitMs`, in a turn of their own. */
  #startItems(limitMs: number | undefined): void {
    const untilMs = limitMs === undefined ? Infinity : monotonicNow() + limitMs;
    let known: KnownFunction | undefined;
    for (let message = this.#waiting[0]; message !== undefined; message = this.#waiting[0]) {
      if (this.#position === 0 || known === undefined) known = this.#functions.get(message.fn);
      if (known?.fn === undefined || this.#activeCount >= known.concurrency || this.#isDying) return;
      const isOver = message.limitMs !== limitMs || (limitMs !== undefined && monotonicNow() > untilMs);
      if (isOver) return this.#scope.soon(() => this.#pump());
      const position = this.#position++;
      if (this.#position >= message.slots.length) {
        this.#waiting.shift();
        this.#position = 0;
      }
      this.#start(known.fn, message, position);
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
    if (!this.#isShared) this.#results.post({ kind: "begun", slot });
    let result: unknown;
    let promise: Promise<unknown> | undefined;
    try {
      const rest = message.rest?.[position];
      result = rest === undefined ? fn(item) : fn(item, ...rest);
      promise = promiseOf(result);
    } catch (error) {
      this.#leave(slot);
      return this.#settle(slot, true, error);
    }
    this.#leave(slot);
    if (promise !== undefined) this.#follow(slot, promise);
    else this.#settle(slot, false, result);
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
    const onSettled = (isFailed: boolean, outcome: unknown) => {
      this.#activeCount--;
      this.#settle(slot, isFailed, outcome);
      this.#pump();
    };
    // The item may have put another `then` in place of the promises' own.
    void whenSettled.call(
      result,
      (value) => onSettled(false, value),
      (error) => onSettled(true, error),
    );
  }

  #settle(slot: number, isFailed: boolean, outcome: unknown): void {
    const madeId = this.#contexts.size === 0 ? undefined : this.#contexts.get(slot)?.madeId;
    if (madeId !== undefined) this.#results.addId(slot, madeId);
    this.#contexts.delete(slot);
    if (isFailed) this.#results.addFailure(slot, outcome);
    else this.#results.addValue(slot, outcome);
    // A pool that shares no memory needs a message before the next item begins.
    if (!this.#isShared) this.#results.flush();
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
    return this.#currentContext() ?? throwOutside();
  }

  /** From here on no item begins: the board shows the pool which one it was. */
  #die(reason: FatalReason, error: unknown): void {
    this.#isDying = true;
    let sealed: Envelope = { thrown: [undefined], packing: { parts: [], places: [] } };
    try {
      this.#results.flush();
      sealed = sealError(error);
    } catch {
      // A result that cannot be sent must not prevent this one.
    }
    this.#results.post({ kind: "fatal", reason, error: sealed });
  }
}
