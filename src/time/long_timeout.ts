/** Timers of platforms come early by less than this, which is waited for; those of a test fire when the test says so. */
export const EARLY_MS: number = 2;

/** The longest delay that the platforms' `setTimeout` takes; a longer one would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Sums of times are off by less than this. */
const ROUNDING_MS = 1e-6;

/**
 * A `setTimeout` that waits out delays of any length, in steps.
 *
 * @param set The `setTimeout` of the time that is to be kept to.
 * @param clear The `clearTimeout` that belongs to it.
 * @param ms The delay, in milliseconds.
 * @param callback Is called once after it.
 * @returns Cancels it.
 */
export function setLongTimeout(
  set: typeof setTimeout,
  clear: typeof clearTimeout,
  ms: number,
  callback: () => void,
): () => void {
  // Runtimes cut off what is less than a millisecond, and would fire too early by it.
  let remainingMs = Math.ceil(ms - ROUNDING_MS);
  let handle: ReturnType<typeof setTimeout>;
  const arm = () => {
    const stepMs = Math.max(0, Math.min(remainingMs, MAX_TIMEOUT_MS));
    remainingMs -= stepMs;
    handle = set(remainingMs > 0 ? arm : callback, stepMs);
  };
  arm();
  return () => {
    try {
      clear(handle);
    } catch {
      // The fake timers of a test that has ended: some throw then, and fire no more.
    }
  };
}
