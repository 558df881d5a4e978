import type { EndedAttempt } from "../call/call_state.ts";
import { readField } from "../errors/read_field.ts";

/**
 * Of a round in which each value was refused, the error that asks for the shortest wait.
 *
 * @param round What became of the attempts of the round.
 * @returns The error, or `undefined` where an attempt of the round ran.
 */
export function soonestRefusal(round: readonly EndedAttempt[]): unknown {
  if (!isRefused(round)) return undefined;
  const errors = round.map(({ error }) => error);
  return errors.reduce((first, error) => (waitOf(error) ?? Infinity) < (waitOf(first) ?? Infinity) ? error : first);
}

/**
 * Whether each value of a round was refused, and one at least by what is worth to wait for.
 *
 * @param round What became of the attempts of the round.
 * @returns `true` if the round is to be made again.
 */
export function isWaitedFor(round: readonly EndedAttempt[]): boolean {
  return isRefused(round) && round.some((attempt) => attempt.isWaitedFor);
}

/**
 * How long it is until something that is waited for lets another attempt through.
 *
 * @param round What became of the attempts of the round.
 * @returns The shortest wait in milliseconds; `undefined` where one of them does not know its own.
 */
export function soonestWaitMs(round: readonly EndedAttempt[]): number | undefined {
  let soonest = Infinity;
  for (const { isWaitedFor, error } of round) {
    const wait = waitOf(error);
    if (isWaitedFor && wait === undefined) return undefined;
    if (isWaitedFor) soonest = Math.min(soonest, wait!);
  }
  return soonest * 1_000;
}

function isRefused(round: readonly EndedAttempt[]): boolean {
  return round.every(({ outcome }) => outcome === "refused");
}

/** After how many seconds one that was refused may come back; `undefined` where that is unknown. */
function waitOf(refusal: unknown): number | undefined {
  const wait = readField(refusal, "retryAfter");
  return typeof wait === "number" ? wait : undefined;
}
