import { type ConcurrencyLimit, LEAST_USE, type LimitBounds, withinBounds } from "./concurrency_limit.ts";

/** Where it starts, and what is left after a drop, as in `AIMDLimit` of Netflix's concurrency-limits. */
const FIRST_LIMIT = 10;
const BACKOFF_RATIO = 0.9;

/**
 * Additive increase, multiplicative decrease (Chiu and Jain, 1989): the limit rises until something is dropped.
 *
 * ```text
 * drop:                limit = 0.9 × limit, at least one less, once for those that were in flight together
 * none, at least half
 * of the limit in use: limit = limit + 1 / limit, so by one in the time of one round
 * else:                unchanged
 * ```
 *
 * The shares are those of `AIMDLimit` in Netflix's concurrency-limits. There every success adds 1, and every drop cuts; here
 * it is one a round for both, as in TCP (RFC 5681): near the limit of a service so fewer are dropped, and a burst of
 * drops counts as what it is, one overload.
 */
export class AimdLimit implements ConcurrencyLimit {
  readonly #bounds: LimitBounds;
  #exact: number;
  /** How many ends are left of those that were in flight at the latest cut. */
  #sameRound = 0;

  /** Starts at 10, within the bounds. */
  constructor(bounds: LimitBounds) {
    this.#bounds = bounds;
    this.#exact = withinBounds(FIRST_LIMIT, bounds);
  }

  /** The limit that is in force. */
  get limit(): number {
    return Math.floor(this.#exact);
  }

  /** Learns from one that has ended. */
  sample(_rttMs: number, inFlight: number, didDrop: boolean): number {
    const isSameRound = this.#sameRound > 0;
    if (isSameRound) this.#sameRound--;
    if (didDrop) {
      if (!isSameRound) this.#cut(inFlight);
    } else if (inFlight >= this.#exact * LEAST_USE) {
      this.#exact = withinBounds(this.#exact + 1 / this.#exact, this.#bounds);
    }
    return this.limit;
  }

  #cut(inFlight: number): void {
    this.#sameRound = inFlight - 1;
    this.#exact = withinBounds(Math.min(this.#exact - 1, this.#exact * BACKOFF_RATIO), this.#bounds);
  }
}
