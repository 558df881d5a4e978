import { monotonicNow } from "../../time/read_time.ts";
import type { WorkerScope } from "../../runtime/worker_scope.ts";
import { type Envelope, sealError } from "../wire/error_envelope.ts";
import type { ItemFunction } from "./function_loader.ts";
import { FunctionTable, type KnownFunction } from "./function_table.ts";
import { ResultBatch } from "./result_batch.ts";
import { RunningItem } from "./running_item.ts";
import { promiseOf, whenSettled } from "./settled_promise.ts";
import { unpackValues } from "../wire/value_unpacking.ts";
import {
  BOARD_RUNNING,
  BOARD_SLOTS,
  type FatalReason,
  type InitMessage,
  type LoadMessage,
  numberAt,
  type RunMessage,
  SLOT_BEGUN,
  SLOT_DONE,
  SLOT_SENT,
  SLOT_TAKEN_BACK,
  type ToWorker,
} from "../wire/worker_protocol.ts";

/** How long after the pool has stopped waiting for an item its loop is ended, in milliseconds. */
const GUARD_SLACK_MS = 50;

/** Runs items, a few at a time, in the order they came in. */
export class ItemRunner {
  readonly #scope: WorkerScope;
  readonly #board: Int32Array;
  readonly #isShared: boolean;
  readonly #results: ResultBatch;
  readonly #functions: FunctionTable;
  /** Messages with items that have not begun; the first of them from `#position` on. */
  readonly #waiting: RunMessage[] = [];
  #position = 0;
  #activeCount = 0;
  #isFlushComing = false;
  #isDying = false;
  readonly #running = new RunningItem();

  constructor(scope: WorkerScope, init: InitMessage) {
    this.#scope = scope;
    this.#board = new Int32Array(init.board);
    this.#isShared = typeof SharedArrayBuffer === "function" && init.board instanceof SharedArrayBuffer;
    const moved = new WeakMap<object, readonly ArrayBuffer[]>();
    this.#results = new ResultBatch(scope, init, this.#board, moved);
    const { ancestors = [] } = init;
    const refuse = (error: unknown) => this.#die("boot", error);
    this.#functions = new FunctionTable({ running: this.#running, moved, ancestors, refuse });
    scope.onUncaught((error) => this.#die("uncaught", error));
    scope.onExit((code) => this.#die("exit", code));
    scope.onHeapOverflow(() => this.#die("memory", undefined));
    this.#results.post({ kind: "up" });
  }

  /** Handles a message of the pool. */
  handle(message: Exclude<ToWorker, InitMessage>): void {
    if (message.kind === "run") this.#run(message);
    else if (message.kind === "load") void this.#load(message);
    else if (message.kind === "abort") this.#running.abort(message.slot, message.reason as Envelope);
    else if (message.kind === "skip") this.#board[BOARD_SLOTS + message.slot] = SLOT_TAKEN_BACK;
    else this.#results.post({ kind: "pong" });
  }

  #run(message: RunMessage): void {
    unpackValues(message.packing);
    if (!this.#isShared) {
      message.items.forEach((_item, position) =>
        this.#board[BOARD_SLOTS + numberAt(message.slots, position)] = SLOT_SENT
      );
    }
    this.#waiting.push(message);
    this.#pump();
  }

  async #load(message: LoadMessage): Promise<void> {
    try {
      await this.#functions.load(message, () => {
        this.#results.post({ kind: "ready", id: message.id });
        this.#pump();
      });
    } catch (error) {
      this.#die("boot", error);
    }
  }

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
      if (limitMs === undefined && typeof message.slots === "number") {
        this.#startRange(known.fn, message, message.slots);
        continue;
      }
      const position = this.#position;
      this.#moveTo(position + 1, message);
      this.#start(known.fn, message, position);
    }
  }

  /** The item at `position` of `message` is next. */
  #moveTo(position: number, { items }: RunMessage): void {
    this.#position = position;
    if (position < items.length) return;
    this.#waiting.shift();
    this.#position = 0;
  }

  /**
   * Starts items of a range as long as each returns its value. It does in one loop, which calls little, what {@link #start}
   * does: a worker runs its first thousands of items before any of its code is compiled.
   */
  #startRange(fn: ItemFunction, message: RunMessage, firstSlot: number): void {
    const board = this.#board;
    const running = this.#running;
    const { items } = message;
    let position = this.#position;
    for (; position < items.length && !this.#isDying; position++) {
      const slot = firstSlot + position;
      if (Atomics.compareExchange(board, BOARD_SLOTS + slot, SLOT_SENT, SLOT_BEGUN) !== SLOT_SENT) {
        this.#results.addSkipped(slot);
        continue;
      }
      const item = items[position];
      items[position] = undefined;
      running.message = message;
      running.position = position;
      board[BOARD_RUNNING] = slot + 1;
      let result: unknown;
      let promise: Promise<unknown> | undefined;
      try {
        result = fn(item);
        if (typeof result === "object" || typeof result === "function") promise = promiseOf(result);
      } catch (error) {
        this.#moveTo(position + 1, message);
        return this.#end(slot, true, error);
      }
      if (promise !== undefined || running.context !== undefined) {
        this.#moveTo(position + 1, message);
        return this.#end(slot, false, result, promise);
      }
      running.message = undefined;
      board[BOARD_RUNNING] = 0;
      board[BOARD_SLOTS + slot] = SLOT_DONE;
      this.#results.addDone(slot, result);
    }
    this.#moveTo(position, message);
  }

  #start(fn: ItemFunction, message: RunMessage, position: number): void {
    const slot = numberAt(message.slots, position);
    if (Atomics.compareExchange(this.#board, BOARD_SLOTS + slot, SLOT_SENT, SLOT_BEGUN) !== SLOT_SENT) {
      return this.#results.addSkipped(slot);
    }
    const item = message.items[position];
    // The message lives until its last item ended, and should not keep all others alive.
    message.items[position] = undefined;
    this.#running.message = message;
    this.#running.position = position;
    Atomics.store(this.#board, BOARD_RUNNING, slot + 1);
    if (!this.#isShared) this.#results.post({ kind: "begun", slot });
    let result: unknown;
    let promise: Promise<unknown> | undefined;
    try {
      const rest = message.rest?.[position];
      result = rest === undefined ? fn(item) : fn(item, ...rest);
      promise = promiseOf(result);
    } catch (error) {
      return this.#end(slot, true, error);
    }
    this.#end(slot, false, result, promise);
  }

  /** The synchronous part of the item in `slot` is over. */
  #end(slot: number, isFailed: boolean, outcome: unknown, promise?: Promise<unknown>): void {
    Atomics.store(this.#board, BOARD_RUNNING, 0);
    this.#running.leave(slot);
    if (promise !== undefined) this.#follow(slot, promise);
    else this.#settle(slot, isFailed, outcome);
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
    const madeId = this.#running.forget(slot);
    if (madeId !== undefined) this.#results.addId(slot, madeId);
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
