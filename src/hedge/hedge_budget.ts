/** So many hedges there may be before the calls have paid for any. */
const RESERVE = 10;

/** Sums of fractions such as ten times 0.1 are off by less than this. */
const ROUNDING = 1e-9;

/**
 * Keeps hedges a share of the calls: a token bucket that each call adds a share to and each hedge takes one from. It never
 * holds more than its reserve, so calls of an hour ago pay for nothing, and of `n` calls in a row at most
 * `10 + share × n` are hedged. Dean and Barroso, "The Tail at Scale" (2013), hedge about one in twenty.
 */
export class HedgeBudget {
  readonly #share: number;
  #tokens = RESERVE;

  /** A budget of `share` hedges a call. */
  constructor(share: number) {
    this.#share = share;
  }

  /** A call was made. */
  addCall(): void {
    this.#tokens = Math.min(RESERVE, this.#tokens + this.#share);
  }

  /** Takes a hedge, if there is one; returns whether there was. */
  tryTake(): boolean {
    if (this.#tokens < 1 - ROUNDING) return false;
    this.#tokens--;
    return true;
  }
}
