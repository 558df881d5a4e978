import type { AllFailedReason } from "../errors/all_failed_error.ts";
import { type Call, stateOf } from "../call/call.ts";
import { backoffDelayMs } from "../retry/backoff.ts";
import { retryAfterMs } from "../retry/retry_after.ts";
import type { LayerHost } from "./layer_host.ts";
import { retriesOf, type RetryPolicy, spreadMs } from "./retry_policy.ts";

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
  return policy.spending?.take(state) === false ? "budget" : delayMs;
}

/** A new round tries every fallback value again, so the one that asks for the longest wait decides. */
function longestRetryAfterMs(errors: readonly unknown[], wallNowMs: number): number {
  return errors.reduce<number>((longest, error) => Math.max(longest, retryAfterMs(error, wallNowMs) ?? 0), 0);
}
