import { formatDuration } from "../../errors/format_duration.ts";
import { TimeoutError } from "../../errors/timeout_error.ts";
import type { Clock } from "../../time/clock.ts";

/** What becomes of an answer, and of none. */
export interface AnswerHandlers<R> {
  /** Makes the result of the answer; what it throws goes to `onFailure`. */
  readonly onAnswer: (answer: unknown) => R;
  /** Makes the result where there is no answer, or throws. */
  readonly onFailure: (error: unknown) => R;
}

/**
 * Waits for what a backend answers, but no longer than `timeoutMs`. Each operation waits once, so there are as few promises as
 * can be: two, so that what comes after the limit comes in the async context of the caller, and not in that of the timer.
 *
 * @param answer What the backend returned.
 * @param timeoutMs The limit, in milliseconds.
 * @param clock The clock that measures the limit.
 * @param handlers Make the result. A `TimeoutError` is given to them if the answer takes too long; a later one is ignored.
 * @returns The result.
 */
export function answerInTime<R>(
  answer: PromiseLike<unknown>,
  timeoutMs: number,
  clock: Pick<Clock, "setTimer">,
  { onAnswer, onFailure }: AnswerHandlers<R>,
): Promise<R> {
  const first = new Promise<unknown>((resolve, reject) => {
    const timer = clock.setTimer(timeoutMs, () => {
      reject(new TimeoutError(`The cache took longer than ${formatDuration(timeoutMs)}`, timeoutMs));
    });
    Promise.resolve(answer).then((value) => {
      timer.cancel();
      resolve(value);
    }, (error) => {
      timer.cancel();
      reject(error);
    });
  });
  return first.then((value) => {
    try {
      return onAnswer(value);
    } catch (error) {
      return onFailure(error);
    }
  }, onFailure);
}
