import type { AllFailedReason } from "../errors/all_failed_error.ts";
import { type Call, stateOf } from "../call/call.ts";
import type { CallState } from "../call/call_state.ts";
import { backoffDelayMs, type BackoffPolicy } from "../retry/backoff.ts";
import { retryAfterMs } from "../retry/retry_after.ts";
import type { RetryBudget } from "../retry/retry_budget.ts";
import { toSeconds } from "../time/duration.ts";
import type { LayerHost } from "./layer_host.ts";

/** How often and after what waits a call is tried again: times in milliseconds. */
export interface RetryPolicy extends BackoffPolicy {
  readonly retries: number;
  readonly respectRetryAfter: boolean;
  readonly maxRetryAfterMs: number;
  /** What each retry is taken from. */
  readonly budget?: RetryBudget | undefined;
}

/**
 * The wait before the next round, a retry.
 *
 * @param policy How long is waited.
 * @param host What the instance provides for the layers.
 * @param call The call, whose latest round failed.
 * @param previousDelayMs The wait before that round, in milliseconds.
 * @returns The wait in milliseconds, or why there will be no retry.
 */
export function delayBeforeRetry(
  policy: RetryPolicy,
  host: LayerHost,
  call: Call,
  previousDelayMs: number,
): number | AllFailedReason {
  const state = stateOf(call);
  if (state.retry >= retriesOf(state, policy)) return "attempts";
  const backoffMs = backoffDelayMs(policy, state.retry, previousDelayMs, host.random);
  const askedMs = policy.respectRetryAfter
    ? longestRetryAfterMs(host.failures.roundErrors(call), host.clock.wallNow())
    : 0;
  if (askedMs > policy.maxRetryAfterMs) return "retry_after";
  state.waitReason = askedMs <= backoffMs ? "retry" : "Retry-After";
  const delayMs = askedMs <= backoffMs ? backoffMs : askedMs + spreadMs(policy, backoffMs, host.random);
  if (host.clock.now() + delayMs >= state.deadlineAtMs) return "deadline";
  // The last question: what is refused for another reason takes nothing.
  return policy.budget?.tryWithdraw() === false ? "budget" : delayMs;
}

/** So long is waited at least for what has no known end. */
const LEAST_REFUSAL_WAIT_MS = 100;

/**
 * The wait until what refused the whole round may let something through. It uses up no retry, so the waits of a call have
 * a bound of their own: all together `maxRetryAfter`.
 *
 * @param policy How long is waited.
 * @param host What the instance provides for the layers.
 * @param call The call, of whose latest round nothing ran.
 * @param error What refused the last of it.
 * @returns The wait in milliseconds, or why it is not waited for.
 */
export function delayAfterRefusal(
  policy: RetryPolicy,
  host: LayerHost,
  call: Call,
  error: unknown,
): number | AllFailedReason {
  const state = stateOf(call);
  if (!policy.respectRetryAfter || retriesOf(state, policy) === 0) return "attempts";
  const leftMs = policy.maxRetryAfterMs - state.refusalWaitMs;
  const backoffMs = backoffDelayMs(policy, state.refusalWaits, policy.minDelayMs, host.random);
  const askedMs = host.failures.refusalWaitMs(call);
  if ((askedMs ?? 0) > leftMs || leftMs === 0) return "retry_after";
  const wantedMs = askedMs === undefined
    ? Math.max(LEAST_REFUSAL_WAIT_MS, backoffMs)
    : askedMs + spreadMs(policy, backoffMs, host.random);
  const delayMs = Math.min(leftMs, wantedMs);
  if (host.clock.now() + delayMs >= state.deadlineAtMs) return "deadline";
  state.refusalWaitMs += delayMs;
  state.refusalWaits++;
  state.waitReason = "circuit breaker";
  host.telemetry.record("circuitWait", host.functionName, call, { wait: toSeconds(delayMs), error });
  return delayMs;
}

function retriesOf({ limits }: CallState, policy: RetryPolicy): number {
  return limits?.retries ?? policy.retries;
}

/** A new round tries every fallback value again, so the one that asks for the longest wait decides. */
function longestRetryAfterMs(errors: readonly unknown[], wallNowMs: number): number {
  return errors.reduce<number>((longest, error) => Math.max(longest, retryAfterMs(error, wallNowMs) ?? 0), 0);
}

/** All who got the same Retry-After would come back at the same moment. */
function spreadMs(policy: RetryPolicy, backoffMs: number, random: () => number): number {
  return policy.jitter === "none" ? 0 : random() * backoffMs;
}
