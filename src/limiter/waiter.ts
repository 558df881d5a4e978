import type { Costs, OnPause, Start, WaitTerms } from "./limiter.ts";

/** One who waits for tokens. */
export interface Waiter {
  readonly start: Start;
  /** How many tokens it takes of each limit. */
  readonly costs: Costs;
  /** Is called where a pause begins. */
  readonly onPause: OnPause | undefined;
  /** How long it waits at most, where the limit is shared. */
  readonly terms?: WaitTerms | undefined;
}
