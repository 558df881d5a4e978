import { TimeoutError } from "../errors/timeout_error.ts";
import type { Call } from "./call.ts";

/**
 * Whether the caller aborted a call, or what it is a part of. The deadline is no wish of the caller's: what it ends took too
 * long.
 *
 * @param call The call.
 * @returns `false` also for a call that its deadline ended.
 */
export function isAbortedByCaller({ state }: Call): boolean {
  const scope = state?.scope;
  if (scope === undefined || !scope.isAborted) return false;
  return state!.deadlineAtMs === Infinity || !(scope.reason instanceof TimeoutError);
}
