import type { AllFailedReason } from "../errors/all_failed_error.ts";
import { type Call, stateOf } from "../call/call.ts";
import { backoffDelayMs } from "../retry/backoff.ts";
import type { Clock } from "../time/clock.ts";
import { retriesOf, type RetryPolicy, spreadMs } from "./retry_policy.ts";

/** The shortest wait for what has no known end. */
const LEAST_REFUSAL_WAIT_MS = 100;

/** What is needed to know it. */
export interface RefusalHost {
  /** The only source of time. */
  readonly clock: Clock;
  /** The only source of chance. */
  readonly random: () => number;
}

/**
 * The wait until what refused the whole round may let something through. It uses up no retry, so the waits of a call have
 * a bound of their own: all together `maxRetryAfter`.
 *
 * @param policy How long is waited.
 * @param host The time and the chance of the instance.
 * @param call The call, of whose latest round nothing ran.
 * @param askedMs How long the refusals ask to wait, in milliseconds; `undefined` where that is unknown.
 * @returns The wait in milliseconds, or why it is not waited for.
 */
export function delayAfterRefusal(
  policy: RetryPolicy,
  host: RefusalHost,
  call: Call,
  askedMs: number | undefined,
): number | AllFailedReason {
  const state = stateOf(call);
  if (!policy.respectRetryAfter || retriesOf(state, policy) === 0) return "attempts";
  const leftMs = policy.maxRetryAfterMs - state.refusalWaitMs;
  const backoffMs = backoffDelayMs(policy, state.refusalWaits, policy.minDelayMs, host.random);
  if ((askedMs ?? 0) > leftMs || leftMs === 0) return "retry_after";
  const wantedMs = askedMs === undefined
    ? Math.max(LEAST_REFUSAL_WAIT_MS, backoffMs)
    : askedMs + spreadMs(policy, backoffMs, host.random);
  const delayMs = Math.min(leftMs, wantedMs);
  if (host.clock.now() + delayMs >= state.deadlineAtMs) return "deadline";
  state.refusalWaitMs += delayMs;
  state.refusalWaits++;
  state.waitReason = "circuit breaker";
  return delayMs;
}
