import type { WaitReason } from "../call/call_state.ts";
import type { Reservation } from "./reservation.ts";

/** How many tokens a start takes of each limit, in their order; `undefined` where it is one of the only limit. */
export type Costs = readonly number[] | undefined;

/** What a limiter knows a start by that has its tokens. */
export type Ticket = number | Reservation;

/** Lets a waiting call continue, with the ticket of its start. */
export type Start = (ticket: Ticket) => void;

/**
 * Is called where a pause begins, or another wait becomes known: with the time at which that ends, and, where more is to be
 * waited for then, with the time of the start; both in milliseconds of the clock.
 */
export type OnPause = (untilMs: number, startMs?: number) => void;

/** On what terms a start waits, where a limit is shared with other processes. */
export interface WaitTerms {
  /** The latest time that it would wait for, in milliseconds of the clock. */
  readonly latestMs: number;
  /** Is called where it can't start as what keeps the limit has failed; it leaves then. */
  readonly onRefuse: (cause: unknown) => void;
}

/**
 * What the rate limit needs of what keeps it: tokens are taken at once or in turn, all that a start costs or none of it,
 * and in the order in which the starts were asked for.
 */
export interface Limiter {
  /** Takes the tokens if they are there and no call waits for its own. */
  tryStart(costs?: Costs): boolean;
  /** The ticket of the latest start; `undefined` where it is not noted. */
  readonly ticket: Ticket | undefined;
  /** How long a start that is asked for now would wait, in milliseconds, if all before it stay. */
  waitMs(costs?: Costs): number;
  /**
   * Calls `start` once its turn has come and its tokens are taken; the answer gives the place up. `onPause` is called
   * where a pause begins meanwhile, or another wait becomes known.
   */
  enqueue(start: Start, costs?: Costs, onPause?: OnPause, terms?: WaitTerms): () => void;
  /** Starts those whose turn has come, whether or not what was to do so is still there. */
  wake(): void;
  /** Says that the call with `ticket` began at `ms` only. */
  began(ticket: Ticket, ms: number): void;
  /** Takes the tokens of `ticket` back: nothing began. */
  giveBack(ticket: Ticket): void;
  /** Says what the start with `ticket` has cost after all, of each limit; `undefined` leaves one as it is. */
  settle(ticket: Ticket, costs: readonly (number | undefined)[]): void;
  /**
   * Lets nothing start for `ms` milliseconds from now, and longer where a pause under way is longer. `reason` says why, for
   * those who watch; by default it is that of a pause under way, or `"paused"`.
   *
   * @returns By how many milliseconds that is longer than what was to come of a pause; 0 where a pause under way stays.
   */
  pause(ms: number, reason?: WaitReason): number;
  /** What a start waits for that may come at `startMs`, in milliseconds of the clock: the limit, or the end of a pause. */
  waitReason(startMs: number): WaitReason;
  /** Ends a pause and forgets all starts. */
  reset(): void;
  /** How many wait. */
  readonly waiting: number;
  /** How many tokens are there, of the limit that has the fewest; none while a call waits. */
  readonly available: number;
  /** Whether nothing is lost with it. */
  readonly isIdle: boolean;
}
