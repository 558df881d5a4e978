import type { RetryBudget } from "../retry/retry_budget.ts";

/** How many hedges there may be before any call has added to the budget. */
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
  readonly #retryBudget: RetryBudget | undefined;
  #tokens = RESERVE;

  /** A budget of `share` hedges a call, each of which is taken from `retryBudget`, too, where there is one. */
  constructor(share: number, retryBudget: RetryBudget | undefined) {
    this.#share = share;
    this.#retryBudget = retryBudget;
  }

  /** A call was made. */
  addCall(): void {
    this.#add(this.#share);
  }

  /** Takes a hedge from both budgets, or from neither; returns whether there was one. */
  tryTake(): boolean {
    if (this.#tokens < 1 - ROUNDING || this.#retryBudget?.tryWithdraw() === false) return false;
    this.#tokens--;
    return true;
  }

  /** Gives back a hedge that was taken at `takenMs`, a monotonic time, and was not made. */
  giveBack(takenMs: number): void {
    this.#add(1);
    this.#retryBudget?.giveBack(takenMs);
  }

  #add(amount: number): void {
    this.#tokens = Math.min(RESERVE, this.#tokens + amount);
  }
}
