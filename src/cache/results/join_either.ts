import { AbortScope } from "../../call/abort_scope.ts";
import type { Call } from "../../call/call.ts";
import type { Clock } from "../../time/clock.ts";
import type { Flight, Rerun } from "./flight.ts";

/** How long a call waits for a run that may be waiting for it, before another one is begun. */
const BLIND_WAIT_MS = 30_000;

/** Why a call left the run that ended later, or has not ended. */
const SERVED = new DOMException("Another run has served the call", "AbortError");

/**
 * Waits for `flight` on behalf of `call`, and after 30 s for another run as well: the one that ends first serves the
 * call, which leaves the other.
 *
 * @param flight May be waiting for this very call.
 * @param call Whose wait it is.
 * @param rerun Makes another result where only one caller can have it.
 * @param clock Measures the time.
 * @param standIn The run that the call waits for as well, which does not wait for it.
 * @returns The result.
 * @throws {ConfigurationError} If there can be no other run, since they call each other without an end.
 */
export async function joinEither(
  flight: Flight,
  call: Call,
  rerun: Rerun,
  clock: Clock,
  standIn: () => Flight,
): Promise<unknown> {
  const waits = [new AbortScope(), new AbortScope()] as const;
  const leave = (reason: unknown) => waits.forEach((wait) => wait.abort(reason));
  const scope = call.state?.scope;
  scope?.onAbort(leave);
  try {
    const result = flight.join(call, rerun, waits[0]);
    if (await endsWithin(result, BLIND_WAIT_MS, clock)) return await result;
    const other = standIn().join(call, rerun, waits[1]);
    const recordServed = () => {
      if (call.state !== undefined && !waits[0].isAborted) call.state.servedBy = flight.call;
    };
    result.then(recordServed, recordServed);
    return await Promise.race([result, other]);
  } finally {
    scope?.offAbort(leave);
    leave(SERVED);
  }
}

/** Whether `promise` settles before `ms` have passed. */
function endsWithin(promise: Promise<unknown>, ms: number, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(ms, () => resolve(false));
    const end = () => {
      timer.cancel();
      resolve(true);
    };
    promise.then(end, end);
  });
}
