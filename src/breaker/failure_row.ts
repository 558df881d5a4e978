import type { Clock } from "../time/clock.ts";
import type { BreakerMetrics } from "./breaker_handle.ts";
import { metricsOf, type OutcomeTally } from "./outcome_tally.ts";

/** A row this old says nothing any more of what would fail now. */
const FORGOTTEN_MS = 600_000;

/** Failures in a row; a slow call is one of them, and one that succeeds in time ends the row. */
export class FailureRow implements OutcomeTally {
  readonly #clock: Pick<Clock, "now">;
  readonly #most: number;
  #calls = 0;
  #failures = 0;
  #slowCalls = 0;
  #latestMs = -Infinity;

  /** No failure yet; the one with the number `most` is one too many. */
  constructor(clock: Pick<Clock, "now">, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Counts a call that ended now. */
  record(isFailure: boolean, isSlow: boolean): boolean {
    if (!isFailure && !isSlow) {
      if (this.#calls > 0) this.clear();
      return false;
    }
    this.#calls++;
    if (isFailure) this.#failures++;
    if (isSlow) this.#slowCalls++;
    this.#latestMs = this.#clock.now();
    return this.#calls >= this.#most;
  }

  /** Ends the row. */
  clear(): void {
    this.#calls = this.#failures = this.#slowCalls = 0;
  }

  /** The row so far. */
  metrics(): BreakerMetrics {
    return metricsOf(this.#calls, this.#failures, this.#slowCalls);
  }

  /** Whether there is no row, or an old one. */
  get isIdle(): boolean {
    return this.#calls === 0 || this.#clock.now() - this.#latestMs >= FORGOTTEN_MS;
  }
}
