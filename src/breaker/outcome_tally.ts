import type { BreakerMetrics } from "./breaker_handle.ts";

/** Counts the attempts of a closed circuit. */
export interface OutcomeTally {
  /** Counts an attempt; returns whether it is one too many. */
  record(isFailure: boolean, isSlow: boolean): boolean;
  /** Forgets all. */
  clear(): void;
  /** What was counted. */
  metrics(): BreakerMetrics;
  /** Whether nothing that was counted matters any more. */
  readonly isIdle: boolean;
}

/**
 * The metrics of so many attempts.
 *
 * @param calls All that count.
 * @param failures Those that failed.
 * @param slowCalls Those that were slow.
 * @returns The same with the share that failed.
 */
export function metricsOf(calls: number, failures: number, slowCalls: number): BreakerMetrics {
  return { calls, failures, slowCalls, failureRatio: calls === 0 ? 0 : failures / calls };
}
