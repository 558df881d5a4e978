import { interruptible } from "../../call/interruptible.ts";
import { formatDuration } from "../../errors/format_duration.ts";
import { TimeoutError } from "../../errors/timeout_error.ts";
import type { Clock } from "../../time/clock.ts";

/**
 * Waits for what a backend answers, but no longer than `timeoutMs`.
 *
 * @param answer What the backend returned.
 * @param timeoutMs The limit, in milliseconds.
 * @param clock The only source of time.
 * @returns The answer. It rejects with a `TimeoutError` if that takes too long; a later answer is ignored.
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
