/** The most of the sorted `timesMs` in any window of `lengthMs`, its end left out. */
export function mostInWindow(timesMs: readonly number[], lengthMs: number): number {
  let most = 0;
  let first = 0;
  timesMs.forEach((timeMs, last) => {
    // Half a nanosecond, for the rounding of sums.
    while (timesMs[first]! <= timeMs - lengthMs + 5e-7) first++;
    most = Math.max(most, last - first + 1);
  });
  return most;
}
