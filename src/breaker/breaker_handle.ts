/** `closed`: calls go through. `open`: none does. `half-open`: a few do, as trials. `isolated`: none does until a reset. */
export type CircuitState = "closed" | "open" | "half-open" | "isolated";

/** What a circuit breaker has counted in its window; after `consecutiveFailures`, in the row of the latest attempts. */
export interface BreakerMetrics {
  /** The attempts that count. */
  readonly calls: number;
  /** Those of them that failed. */
  readonly failures: number;
  /** Those of them that took longer than `slowCall`. */
  readonly slowCalls: number;
  /** The share of those that failed, from 0 to 1; 0 without an attempt. */
  readonly failureRatio: number;
}

/**
 * The circuit breaker of a function, to be looked at and to be switched by hand. With `argFallback` each value has a breaker
 * of its own: the handle stands for all of them.
 */
export interface BreakerHandle {
  /**
   * The state. It stays `"open"` until a call comes once `openFor` is over. Of several breakers the one that lets most
   * through counts.
   */
  readonly state: CircuitState;
  /**
   * What was counted, of several breakers together.
   *
   * @returns The counts.
   */
  metrics(): BreakerMetrics;
  /** Lets nothing through until {@link BreakerHandle.reset}. */
  isolate(): void;
  /** Closes the circuit and forgets what was counted. What began before changes nothing any more. */
  reset(): void;
}
