import type { Costs, Start, WaitTerms } from "./limiter.ts";

/** One who waits for tokens. */
export interface Waiter {
  readonly start: Start;
  /** How many tokens it takes of each limit. */
  readonly costs: Costs;
  /** Is called where a pause begins, with the time at which it ends, in milliseconds of the clock. */
  readonly onPause: ((untilMs: number) => void) | undefined;
  /** How long it waits at most, where the limit is shared. */
  readonly terms?: WaitTerms | undefined;
}
