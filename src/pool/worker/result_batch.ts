import { monotonicNow } from "../../time/read_time.ts";
import type { WorkerScope } from "../../runtime/worker_scope.ts";
import { sealError } from "../wire/error_envelope.ts";
import { findUncloneable } from "../wire/uncloneable.ts";
import { packValues } from "../wire/value_packing.ts";
import {
  BOARD_MESSAGES,
  BOARD_SLOTS,
  type FromWorker,
  type InitMessage,
  type ResultsMessage,
  SLOT_BEGUN,
  SLOT_DONE,
  SLOT_REPORTING,
} from "../wire/worker_protocol.ts";
import type { WorkerPort } from "../../runtime/worker_scope.ts";

/** Results are held back at most this long while further items run. */
const MAX_HOLD_MS = 2;

/** More results than this are never held back. */
const MAX_HELD = 1_024;

/** The clock is read at least this rarely: reading it costs more than a tiny item. */
const MAX_UNTIMED = 16;

/** Gathers the results of items, and sends them in few messages without delaying any. */
export class ResultBatch {
  readonly #port: WorkerPort;
  readonly #board: Int32Array;
  readonly #isPacking: boolean;
  readonly #isAwaited: boolean;
  readonly #moved: WeakMap<object, readonly ArrayBuffer[]>;
  #message: Gathered = emptyResults();
  #moving: ArrayBuffer[] = [];
  /** Whether one of the results is an object, which is read where it is reported. */
  #hasObjects = false;
  #count = 0;
  #sinceMs = 0;
  #untimed = 0;
  #nextTimed = 1;

  /** An empty batch. */
  constructor(
    scope: WorkerScope,
    init: InitMessage,
    board: Int32Array,
    moved: WeakMap<object, readonly ArrayBuffer[]>,
  ) {
    this.#port = (init.port as WorkerPort | undefined) ?? scope.port;
    this.#isAwaited = init.port !== undefined;
    this.#isPacking = init.isPacking;
    this.#board = board;
    this.#moved = moved;
    this.#wake();
  }

  /** Whether there is nothing to send. */
  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Says that there is something to do, from which the pace is counted. */
  begin(): void {
    if (this.#sinceMs === 0) this.#sinceMs = monotonicNow();
  }

  /** Sends what there is to send, and that there is nothing to do until the next {@link ResultBatch.begin}. */
  end(): void {
    this.flush();
    this.#sinceMs = 0;
  }

  /** The item in `slot` succeeded. */
  addValue(slot: number, value: unknown): void {
    this.#gather(slot, value);
    this.#added(slot);
  }

  /** The same for one of which the board shows already that it is over. */
  addDone(slot: number, value: unknown): void {
    this.#gather(slot, value);
    this.#counted();
  }

  #gather(slot: number, value: unknown): void {
    if (isObject(value)) {
      this.#hasObjects = true;
      this.#moving.push(...this.#movedWith(value));
    }
    const { slots, values } = this.#message;
    const last = slots.length - 1;
    if (last > 0 && slots[last - 1]! + slots[last]! === slot) slots[last]!++;
    else slots.push(slot, 1);
    values.push(value);
  }

  /** The item in `slot` threw `error`. */
  addFailure(slot: number, error: unknown): void {
    this.#message.failed.push(slot);
    this.#message.errors.push(sealError(error));
    this.#added(slot);
  }

  /** The item in `slot`, whose result is next, made the id of its call. */
  addId(slot: number, correlationId: string): void {
    (this.#message.ids ??= []).push([slot, correlationId]);
  }

  /** The item in `slot` was taken back. */
  addSkipped(slot: number): void {
    this.#message.skipped.push(slot);
    this.#added(slot);
  }

  /** Sends what there is to send. */
  flush(): void {
    if (this.#count === 0) return;
    const message = this.#message;
    const moving = this.#moving;
    const hasObjects = this.#hasObjects;
    message.elapsedMs = this.#restart();
    // To read a result is to run its getters, and to clone it takes memory: until it is sent, its item is not over.
    const slots = hasObjects ? eachSlot(message).filter((_slot, position) => isObject(message.values[position])) : [];
    for (const slot of slots) Atomics.store(this.#board, BOARD_SLOTS + slot, SLOT_REPORTING);
    try {
      this.#postPacked(message, moving);
    } catch {
      this.#postOneByOne(message);
    }
    // The pool may have put another there since it was sent.
    for (const slot of slots) Atomics.compareExchange(this.#board, BOARD_SLOTS + slot, SLOT_REPORTING, SLOT_DONE);
  }

  /** Sends `message`, and wakes a pool that waits without an event loop. */
  post(message: FromWorker, moving: unknown[] = []): void {
    this.#port.postMessage(message, moving);
    this.#wake();
  }

  /** A pool that waits without an event loop sees by it that the worker is alive. */
  #wake(): void {
    if (!this.#isAwaited) return;
    Atomics.add(this.#board, BOARD_MESSAGES, 1);
    Atomics.notify(this.#board, BOARD_MESSAGES);
  }

  /** The item in `slot` is over, as far as it has begun; what there is to send is sent if it has waited for long. */
  #added(slot: number): void {
    Atomics.compareExchange(this.#board, BOARD_SLOTS + slot, SLOT_BEGUN, SLOT_DONE);
    this.#counted();
  }

  #counted(): void {
    this.#count++;
    if (++this.#untimed < this.#nextTimed) return;
    this.#untimed = 0;
    const heldMs = monotonicNow() - this.#sinceMs;
    if (heldMs > MAX_HOLD_MS || this.#count >= MAX_HELD) this.flush();
    else this.#nextTimed = Math.min(this.#nextTimed * 2, MAX_UNTIMED);
  }

  #restart(): number {
    const nowMs = monotonicNow();
    const elapsedMs = nowMs - this.#sinceMs;
    // Slow items are sent one by one again.
    if (elapsedMs > MAX_HOLD_MS) this.#nextTimed = 1;
    this.#sinceMs = nowMs;
    this.#message = emptyResults();
    this.#moving = [];
    this.#hasObjects = false;
    this.#count = 0;
    this.#untimed = 0;
    return elapsedMs;
  }

  #postPacked(message: Gathered, moved: unknown[]): void {
    const { lists: [values], packing } = packValues([message.values], { isPacking: this.#isPacking, moved });
    this.post(
      packing === undefined && values === message.values ? message : { ...message, values: values!, packing },
      moved,
    );
  }

  /** One of the results cannot cross; the others should not suffer from that. */
  #postOneByOne(all: Gathered): void {
    const { values } = all;
    this.post({ ...all, slots: [], values: [] });
    eachSlot(all).forEach((slot, position) => {
      const value = values[position];
      try {
        this.#postPacked({ ...emptyResults(), slots: [slot, 1], values: [value] }, [...this.#movedWith(value)]);
      } catch (error) {
        this.post({ ...emptyResults(), unsent: [slot], unsentKinds: [findUncloneable([value], error)] });
      }
    });
  }

  #movedWith(value: unknown): readonly ArrayBuffer[] {
    return isObject(value) ? this.#moved.get(value) ?? [] : [];
  }
}

/** Results that are not sent yet. */
type Gathered = ResultsMessage & { readonly values: unknown[] };

function emptyResults(): Gathered {
  return {
    kind: "results",
    slots: [],
    values: [],
    failed: [],
    errors: [],
    unsent: [],
    unsentKinds: [],
    skipped: [],
    elapsedMs: 0,
  };
}

/** The slot of each value of `message`. */
function eachSlot({ slots }: Gathered): number[] {
  const each: number[] = [];
  for (let place = 0; place < slots.length; place += 2) {
    for (let count = 0; count < slots[place + 1]!; count++) each.push(slots[place]! + count);
  }
  return each;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
