import type { Costs } from "../limiter.ts";

/** How the slots of a block come. */
export interface SlotBlockTimes {
  /** The first, in milliseconds of the clock. */
  readonly firstMs: number;
  /** How far apart they are. */
  readonly spacingMs: number;
  /** By how much those after the first are earlier than that. */
  readonly spareMs: number;
  /** How many there are. */
  readonly count: number;
}

/** Slots that were booked together and are not used yet. */
export class SlotBlock {
  /** What each takes of each limit. */
  readonly costs: Costs;
  /** Whether they are of the store, to which they can be given back. */
  readonly isShared: boolean;
  readonly #times: SlotBlockTimes;
  #from = 0;
  #to: number;

  /** Slots that all cost the same. */
  constructor(times: SlotBlockTimes, costs: Costs, isShared: boolean) {
    this.#times = times;
    this.#to = times.count;
    this.costs = costs;
    this.isShared = isShared;
  }

  /** How many are left. */
  get length(): number {
    return this.#to - this.#from;
  }

  /** When slot `i` of those left comes. */
  atMs(i: number): number {
    const { firstMs, spacingMs, spareMs } = this.#times;
    return firstMs + Math.max(0, (this.#from + i) * spacingMs - spareMs);
  }

  /** When one after the last would come. */
  get endMs(): number {
    const { firstMs, spacingMs, spareMs } = this.#times;
    return firstMs + Math.max(0, this.#to * spacingMs - spareMs);
  }

  /** Uses the first. */
  take(): void {
    this.#from++;
  }

  /** Leaves out the last `count`, or as many as there are, and returns how many. */
  drop(count: number): number {
    const dropped = Math.min(count, this.length);
    this.#to -= dropped;
    return dropped;
  }
}
