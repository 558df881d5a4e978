import type { TakenTokens } from "./meter.ts";

/** What one start has taken of each limit, for what it turns out to cost. */
export interface Reservation {
  readonly taken: readonly TakenTokens[];
  /** How many tokens of each limit, where these are in a store. */
  readonly costs?: readonly number[];
}
