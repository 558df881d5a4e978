import { interruptible } from "../../call/interruptible.ts";
import { formatDuration } from "../../errors/format_duration.ts";
import { TimeoutError } from "../../errors/timeout_error.ts";
import type { Clock } from "../../time/clock.ts";

/**
 * Waits for what a backend answers, but no longer than `timeoutMs`.
 *
 * @param clock The only source of time.
 * @returns The answer; it rejects with a `TimeoutError` where that takes too long, and what comes later is left alone.
 */
export function answerInTime(
  answer: PromiseLike<unknown>,
  timeoutMs: number,
  clock: Pick<Clock, "setTimer">,
): Promise<unknown> {
  return interruptible(() => Promise.resolve(answer), (stop) => {
    const timer = clock.setTimer(timeoutMs, () => {
      stop(new TimeoutError(`The cache took longer than ${formatDuration(timeoutMs)}`, timeoutMs));
    });
    return () => timer.cancel();
  });
}
