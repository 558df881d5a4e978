import type { WaitingLine } from "../../call/waiting_line.ts";
import type { Costs } from "../limiter.ts";
import type { Waiter } from "../waiter.ts";
import { areSameCosts } from "./same_costs.ts";

/** Slots of no cost are booked up to this number at once. */
const MAX_SLOTS = 65_536;

/** Who is next to have slots. */
export interface Batch {
  readonly costs: Costs;
  readonly count: number;
  /** The latest time that one of them would wait for, in milliseconds. */
  readonly latestMs: number;
}

/**
 * Those in `line` who are next to have slots, and take the same tokens.
 *
 * @param line Who waits; from place `from` on without a slot, at least one.
 * @param from How many have one.
 * @param most How many may be booked at once of such costs; one may always be.
 * @returns How many they are, and on what terms they wait.
 */
export function nextBatch(line: WaitingLine<Waiter>, from: number, most: (costs: Costs) => number): Batch {
  let first: Waiter | undefined;
  let count = 0;
  let maxCount = 1;
  let latestMs = 0;
  line.visitFrom(from, (waiter) => {
    if (first === undefined) {
      first = waiter;
      maxCount = Math.max(1, Math.min(MAX_SLOTS, Math.floor(most(waiter.costs))));
    } else if (!areSameCosts(first.costs, waiter.costs)) return false;
    latestMs = Math.max(latestMs, waiter.terms?.latestMs ?? Infinity);
    return ++count < maxCount;
  });
  return { costs: first!.costs, count, latestMs };
}
