/** The bounds of a limit that adapts. */
export interface LimitBounds {
  /** The limit never falls below it. */
  readonly min: number;
  /** The limit never rises above it. */
  readonly max: number;
}

/** Finds out how much may run at once. It reads no clock and draws no chance: one that is fed the same answers the same. */
export interface ConcurrencyLimit {
  /** The limit that is in force, a whole number. */
  readonly limit: number;
  /**
   * Learns from one that has ended.
   *
   * @param rttMs How long it took, in milliseconds.
   * @param inFlight How many ran when it began, itself included.
   * @param didDrop Whether it was too much for the service: it timed out, or was answered with 429 or 5xx.
   * @returns The limit that is in force now.
   */
  sample(rttMs: number, inFlight: number, didDrop: boolean): number;
}

/** With less than this share of the limit in flight, nothing is learned of whether it could be higher. */
export const LEAST_USE = 0.5;

/**
 * Where a limit starts.
 *
 * @param first What the algorithm starts with.
 * @param bounds The bounds of the limit.
 * @returns The same within the bounds.
 */
export function withinBounds(first: number, { min, max }: LimitBounds): number {
  return Math.max(min, Math.min(max, first));
}
