import type { CallState } from "../call/call_state.ts";
import type { BackoffPolicy } from "../retry/backoff.ts";
import type { RetryBudget } from "../retry/retry_budget.ts";

/** How often and after what waits a call is tried again: times in milliseconds. */
export interface RetryPolicy extends BackoffPolicy {
  readonly retries: number;
  readonly respectRetryAfter: boolean;
  readonly maxRetryAfterMs: number;
  /** What each retry is taken from. */
  readonly budget?: RetryBudget | undefined;
}

/**
 * How many rounds may follow the first.
 *
 * @param state What is known of the call.
 * @param policy The policy of the function.
 * @returns The number of rounds.
 */
export function retriesOf({ limits }: CallState, policy: RetryPolicy): number {
  return limits?.retries ?? policy.retries;
}

/**
 * What is added to a wait that was asked for: all who got the same Retry-After would come back at the same moment.
 *
 * @param policy How waits are spread.
 * @param backoffMs The wait that would come without it, in milliseconds.
 * @param random The only source of chance.
 * @returns The addition in milliseconds.
 */
export function spreadMs(policy: RetryPolicy, backoffMs: number, random: () => number): number {
  return policy.jitter === "none" ? 0 : random() * backoffMs;
}
