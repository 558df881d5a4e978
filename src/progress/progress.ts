import type { Clock } from "../clock.ts";
import { toSeconds } from "../duration.ts";

/** How far a map has come. */
export interface ProgressState {
  /** The items that are done, those that failed included. */
  readonly done: number;
  /** The items that failed. */
  readonly failed: number;
  /** All items, or `undefined` while the source has not told how many there are. */
  readonly total: number | undefined;
  /** Items done per second, over the whole run. */
  readonly rate: number;
  /** How long the map has been running, in seconds. */
  readonly elapsed: number;
  /** How long the rest will take at this rate, in seconds, or `undefined` where that cannot be known. */
  readonly eta: number | undefined;
}

/** Counts the items of one run. */
export class Progress {
  /** All items, once that is known. */
  total: number | undefined;
  readonly #clock: Clock;
  readonly #startMs: number;
  #done = 0;
  #failed = 0;

  /** A run that begins now. */
  constructor(total: number | undefined, clock: Clock) {
    this.total = total;
    this.#clock = clock;
    this.#startMs = clock.now();
  }

  /** Counts an item that is done. */
  count(isFailed: boolean): void {
    this.#done++;
    if (isFailed) this.#failed++;
  }

  /** How far it has come by now. */
  state(): ProgressState {
    const { total } = this;
    const done = this.#done;
    const elapsed = toSeconds(this.#clock.now() - this.#startMs);
    const rate = elapsed > 0 ? done / elapsed : 0;
    const eta = total === undefined || rate === 0 ? undefined : Math.max(0, total - done) / rate;
    return { done, failed: this.#failed, total, rate, elapsed, eta };
  }
}
