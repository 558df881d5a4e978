import type { Costs } from "../limiter.ts";
import type { SharedLimit } from "./shared_limits.ts";
import { SlotBlock } from "./slot_block.ts";

/** At most so much of the time until a store was found to be away is caught up. */
const CATCH_UP_MS = 50;

/** Own slots are made for this time at once. */
const AHEAD_MS = 20;

/**
 * What a process starts while the store is away: its share of the rate, as many as there were clients. It has no burst, and
 * begins after the slots that were booked.
 */
export class OwnShare {
  readonly #limits: readonly SharedLimit[];
  /** How many clients there were. */
  clients = 1;
  #dueMs = -Infinity;
  #lastMs = -Infinity;

  /** A share of `limits`. */
  constructor(limits: readonly SharedLimit[]) {
    this.#limits = limits;
  }

  /** When the latest own slot comes, in milliseconds; `-Infinity` without one. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /** Begins after `afterMs`, which is when a slot after those that were booked would come. */
  begin(nowMs: number, afterMs: number): void {
    this.#dueMs = Math.max(this.#dueMs, nowMs - CATCH_UP_MS, afterMs);
  }

  /** Makes the next slots, at most `count`, from `fromMs` on. */
  next(count: number, costs: Costs, fromMs: number): SlotBlock {
    const spacingMs = this.spacingMs(costs);
    const slots = Math.max(1, Math.min(count, Math.floor(AHEAD_MS / spacingMs)));
    const firstMs = Math.max(this.#dueMs, fromMs - CATCH_UP_MS);
    this.#dueMs = firstMs + slots * spacingMs;
    this.#lastMs = this.#dueMs - spacingMs;
    return new SlotBlock({ firstMs, spacingMs, spareMs: 0, count: slots }, costs, false);
  }

  /** Counts `cost` tokens more of limit `i`, or fewer. */
  settle(i: number, cost: number): void {
    this.#dueMs += cost * this.#limits[i]!.intervalMs * this.clients;
  }

  /** How far own slots are apart. */
  spacingMs(costs: Costs): number {
    let spacingMs = 0;
    this.#limits.forEach(({ intervalMs }, i) => spacingMs = Math.max(spacingMs, (costs?.[i] ?? 1) * intervalMs));
    return spacingMs * this.clients;
  }
}
