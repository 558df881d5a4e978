import type { Call } from "../call/call.ts";
import type { CallState } from "../call/call_state.ts";
import type { BackoffPolicy } from "../retry/backoff.ts";
import type { OutcomeWatch } from "./outcome_watch.ts";

/** What is done with the value of each call that succeeds. */
export type ValueWatch = Pick<OutcomeWatch, "onValue" | "onValueOf">;

/** Runs further rounds, the first after so many milliseconds. */
export type Rounds = (call: Call, firstDelayMs: number) => Promise<unknown>;

/** How retries are taken from a budget. */
export interface RetrySpending {
  /** Takes a retry for a call, if there is one; returns whether there was. */
  readonly take: (state: CallState) => boolean;
  /** `watch`, which adds to the budget for each success, too. */
  readonly depositing: (watch: ValueWatch) => ValueWatch;
  /** `rounds`, but a retry that was taken and did not begin before its call ended is given back. */
  readonly givingBack: (rounds: Rounds) => Rounds;
}

/** How often and after what waits a call is tried again: times in milliseconds. */
export interface RetryPolicy extends BackoffPolicy {
  readonly retries: number;
  readonly respectRetryAfter: boolean;
  readonly maxRetryAfterMs: number;
  /** What each retry is taken from. */
  readonly spending?: RetrySpending | undefined;
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
