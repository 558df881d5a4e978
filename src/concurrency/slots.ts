import { WaitingLine } from "../call/waiting_line.ts";
import type { Clock } from "../time/clock.ts";
import { SlotHolders } from "./slot_holders.ts";

/** How much the latest time between two turns counts in their average. */
const LATEST_SHARE = 0.2;

/**
 * A semaphore (Dijkstra, 1965) with a queue: at most `limit` hold a slot, the others wait in the order in which they came.
 * A slot that comes back is handed to the first who waits, so no later call can take it; one who leaves the queue
 * takes no slot with it. While a call waits, all slots are taken.
 */
export class Slots {
  readonly #clock: Clock;
  readonly #line = new WaitingLine<() => void>();
  #holders: SlotHolders | undefined = undefined;
  #limit: number;
  #inFlight = 0;
  /** When a slot was last handed to one who waited, while others still did. */
  #turnMs: number | undefined = undefined;
  /** The average time between two turns, in milliseconds, once it is known. */
  #paceMs: number | undefined = undefined;
  /** Gives a slot back, and returns the value: made once, as a function for each call would cost more than all else. */
  readonly settle: (value: unknown) => unknown;
  /** Gives a slot back, and throws the error. */
  readonly fail: (error: unknown) => never;

  /** All slots are free. */
  constructor(limit: number, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
    this.settle = (value) => {
      this.release();
      return value;
    };
    this.fail = (error) => {
      this.release();
      throw error;
    };
  }

  /** How many slots there are. */
  get limit(): number {
    return this.#limit;
  }

  /** Changes how many there are. Those that are held and are too many are not handed on when they come back. */
  set limit(limit: number) {
    this.#limit = limit;
    while (this.#line.length > 0 && this.#inFlight < limit) {
      this.#inFlight++;
      this.#handOver();
    }
  }

  /** Who holds slots, where that has to be known. */
  get holders(): SlotHolders {
    return this.#holders ??= new SlotHolders();
  }

  /** How many slots are held. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** How many wait for a slot. */
  get waiting(): number {
    return this.#line.length;
  }

  /**
   * How long one who comes now may expect to wait, in milliseconds: each who waits before takes a turn, and each turn as
   * long as the latest ones took on average. `undefined` until two have had their turns in a row.
   */
  get expectedWaitMs(): number | undefined {
    return this.#paceMs === undefined ? undefined : this.#paceMs * (this.#line.length + 1);
  }

  /** Whether nothing is lost with it: no slot is held, so no call waits. */
  get isIdle(): boolean {
    return this.#inFlight === 0;
  }

  /** Takes a slot if one is free. */
  tryAcquire(): boolean {
    if (this.#inFlight >= this.#limit) return false;
    this.#inFlight++;
    return true;
  }

  /** Calls `start` once a slot is taken for it; the answer leaves the queue. To be called where no slot is free. */
  enqueue(start: () => void): () => void {
    return this.#line.add(start);
  }

  /** Gives a slot back. */
  release(): void {
    if (this.#line.length > 0 && this.#inFlight <= this.#limit) this.#handOver();
    else this.#inFlight--;
  }

  #handOver(): void {
    const start = this.#line.take()!;
    const nowMs = this.#clock.now();
    if (this.#turnMs !== undefined) {
      const tookMs = nowMs - this.#turnMs;
      this.#paceMs = this.#paceMs === undefined ? tookMs : this.#paceMs + LATEST_SHARE * (tookMs - this.#paceMs);
    }
    this.#turnMs = this.#line.length > 0 ? nowMs : undefined;
    start();
  }
}
