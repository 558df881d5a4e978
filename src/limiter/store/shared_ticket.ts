import type { Reservation } from "../reservation.ts";

/** What one start has taken of limits in a store. */
export class SharedTicket implements Reservation {
  /** Nothing of this process's own. */
  readonly taken: readonly never[] = [];
  /** How many tokens of each limit. */
  readonly costs: number[];
  /** When they were taken, in milliseconds of the clock. */
  readonly atMs: number;
  /** Whether the store knows of it. */
  readonly isShared: boolean;

  /** The ticket of a start. */
  constructor(costs: number[], atMs: number, isShared: boolean) {
    this.costs = costs;
    this.atMs = atMs;
    this.isShared = isShared;
  }
}
