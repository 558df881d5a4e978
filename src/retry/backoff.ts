/** How the delay before a retry is spread, so that callers who failed together do not come back together. */
export type JitterName = "full" | "equal" | "decorrelated" | "none";

/** What a jitter function is given; all times in seconds. */
export interface JitterContext {
  /** The retry that the delay stands before, from 0 for the first. */
  readonly retry: number;
  /** The delay without jitter. */
  readonly delay: number;
  /** The delay before the retry before this one; `minDelay` for the first. */
  readonly previousDelay: number;
  /** The lower bound of the delay. */
  readonly minDelay: number;
  /** The upper bound of the delay. */
  readonly maxDelay: number;
  /** Draws a number from 0 up to 1, exclusive. */
  readonly random: () => number;
}

/** A custom jitter: returns the delay in seconds, which is brought within the bounds. */
export type JitterFunction = (context: JitterContext) => number;

/** The course of the delays. */
export interface BackoffPolicy {
  /** The lower bound, in milliseconds. */
  readonly minDelayMs: number;
  /** The upper bound, in milliseconds. */
  readonly maxDelayMs: number;
  /** What each delay is multiplied with. */
  readonly backoffFactor: number;
  /** How delays are spread. */
  readonly jitter: JitterName | JitterFunction;
}

/**
 * The milliseconds to wait before retry number `retry` (from 0), between `minDelayMs` and `maxDelayMs`
 * whatever the jitter answers.
 *
 * - `none`: `min(maxDelay, minDelay * backoffFactor ** retry)`.
 * - `full`: anywhere from `minDelay` up to the delay of the retry after, so that the first is spread too.
 * - `equal`: the upper half of that.
 * - `decorrelated`: anywhere from `minDelay` up to three times the delay before.
 *
 * The three follow M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015, with
 * `minDelay` in place of 0 as the lower bound.
 *
 * @param policy The delays and the jitter.
 * @param retry The number of the retry, from 0.
 * @param previousDelayMs The delay before, in milliseconds.
 * @param random Returns a number from 0 up to 1, exclusive.
 * @returns The delay, in milliseconds.
 */
export function backoffDelayMs(
  policy: BackoffPolicy,
  retry: number,
  previousDelayMs: number,
  random: () => number,
): number {
  const { minDelayMs, maxDelayMs, jitter } = policy;
  const upperMs = exponentialMs(policy, retry + 1);
  if (jitter === "none") return exponentialMs(policy, retry);
  if (jitter === "full") return between(minDelayMs, upperMs, random());
  if (jitter === "equal") return between(Math.max(minDelayMs, upperMs / 2), upperMs, random());
  if (jitter === "decorrelated") {
    return between(minDelayMs, Math.min(maxDelayMs, Math.max(minDelayMs, previousDelayMs) * 3), random());
  }
  return customDelayMs(policy, jitter, retry, previousDelayMs, random);
}

function exponentialMs(policy: BackoffPolicy, power: number): number {
  if (policy.minDelayMs === 0) return 0;
  return Math.min(policy.maxDelayMs, policy.minDelayMs * policy.backoffFactor ** power);
}

function customDelayMs(
  policy: BackoffPolicy,
  jitter: JitterFunction,
  retry: number,
  previousDelayMs: number,
  random: () => number,
): number {
  const { minDelayMs, maxDelayMs } = policy;
  const plainMs = exponentialMs(policy, retry);
  const delayMs = jitter({
    retry,
    delay: plainMs / 1_000,
    previousDelay: Math.max(minDelayMs, previousDelayMs) / 1_000,
    minDelay: minDelayMs / 1_000,
    maxDelay: maxDelayMs / 1_000,
    random,
  }) * 1_000;
  // A delay that is no number would fire at once: the plain one takes its place.
  return Number.isNaN(delayMs) ? plainMs : Math.min(maxDelayMs, Math.max(minDelayMs, delayMs));
}

function between(lowerMs: number, upperMs: number, share: number): number {
  return Math.min(upperMs, lowerMs + share * (upperMs - lowerMs));
}
