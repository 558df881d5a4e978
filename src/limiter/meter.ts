import type { CostEntry } from "./cost_entry.ts";
import { CostLog } from "./cost_log.ts";
import { type Rate, windowOf } from "./rate.ts";

/** What one start has taken of a limit. */
export interface TakenTokens {
  /** What it was taken of. */
  readonly meter: Meter;
  /** How many tokens. */
  cost: number;
  /** How many times the bucket had been full by then. */
  readonly fillings: number;
  /** Where they are counted. */
  readonly entry: CostEntry;
}

/**
 * One limit whose starts take tokens by their cost: the generic cell rate algorithm (ITU-T I.371, annex A) with cells of
 * several sizes, and a log of the latest starts. In any window of `per` they take at most `limit + burst - 1` tokens, or
 * `limit` where it is strict. It is pure: it answers times, and never waits.
 */
export class Meter {
  readonly #burst: number;
  readonly #intervalMs: number;
  readonly #log: CostLog;
  /** The time at which the next token would be due at the full rate. */
  #dueMs = -Infinity;
  /** How many times the bucket was found to be full. */
  #fillings = 0;

  /** A full bucket. */
  constructor(rate: Rate) {
    this.#burst = rate.burst;
    this.#intervalMs = rate.perMs / rate.limit;
    this.#log = new CostLog(windowOf(rate));
  }

  /** The earliest time at which a start may take `cost` tokens. */
  earliestMs(nowMs: number, cost: number): number {
    return Math.max(this.#dueMs + (cost - this.#burst) * this.#intervalMs, this.#log.earliestMs(nowMs, cost));
  }

  /** The same, at the least, for one that comes after others that take `ahead` and start from `fromMs` on. */
  earliestAfterMs(fromMs: number, cost: number, ahead: number): number {
    if (ahead === 0) return this.earliestMs(fromMs, cost);
    const bucketMs = Math.max(this.#dueMs, fromMs) + (ahead + cost - this.#burst) * this.#intervalMs;
    return Math.max(bucketMs, this.#log.earliestMs(fromMs, ahead + cost));
  }

  /** Takes `cost` tokens for a start at `nowMs` that was due at `plannedMs`: a late timer costs nothing of the rate. */
  take(nowMs: number, plannedMs: number, cost: number): TakenTokens {
    if (this.#dueMs <= plannedMs) {
      this.#dueMs = plannedMs;
      this.#fillings++;
    }
    this.#dueMs += cost * this.#intervalMs;
    return { meter: this, cost, fillings: this.#fillings, entry: this.#log.add(nowMs, cost) };
  }

  /**
   * Makes `cost` of what was taken. Tokens come back to the bucket unless it has been full since, as it would hold no more
   * of them; where it takes more than the bucket holds, those to come wait for it.
   */
  settle(taken: TakenTokens, cost: number): void {
    const more = cost - taken.cost;
    taken.cost = cost;
    this.#log.change(taken.entry, more);
    if (more > 0 || taken.fillings === this.#fillings) this.#dueMs += more * this.#intervalMs;
  }

  /** How many tokens are there. */
  available(nowMs: number): number {
    const inBucket = this.#burst - Math.max(0, this.#dueMs - nowMs) / this.#intervalMs;
    return Math.max(0, Math.min(inBucket, this.#log.room(nowMs)));
  }

  /** Whether a new one would do the same at `nowMs`. */
  isFull(nowMs: number): boolean {
    return this.#dueMs <= nowMs && this.#log.earliestMs(nowMs, this.#burst) <= nowMs;
  }
}
