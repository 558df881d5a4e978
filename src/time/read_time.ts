/*
 * The one place where the runtime is asked for the time. It is asked through the globals each time, so that fake timers
 * that come later drive it. What a call waits for and when an entry expires is asked of the clock of the instance.
 */

/**
 * A time that never goes back, in milliseconds from some moment: for how long something took.
 *
 * @returns The time, in milliseconds; only differences mean something.
 */
export function monotonicNow(): number {
  return performance.now();
}

/**
 * The time of day, in milliseconds since 1970.
 *
 * @returns The time, in milliseconds since 1970.
 */
export function wallClockNow(): number {
  return Date.now();
}
