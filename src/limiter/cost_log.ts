import { CostEntry } from "./cost_entry.ts";
import { ROUNDING_MS } from "./gcra.ts";
import type { StartRingPolicy } from "./start_ring.ts";

/** Starts that came within this share of a window are counted as one, at the time of the last of them. */
const GRAINS_A_WINDOW = 1_024;

/** Sums of costs are off by less than this share. */
const ROUNDING_SHARE = 1e-9;

/**
 * How many tokens the latest starts took, so that no window holds more of them than it may: a sliding log, in which starts
 * that are close together are one entry. It keeps at most 1 025 entries, and holds a start back by at most 1/1024 of a window for it.
 */
export class CostLog {
  readonly #size: number;
  readonly #windowMs: number;
  readonly #grainMs: number;
  #entries: CostEntry[] = [];
  /** The index of the oldest that counts. */
  #from = 0;
  #sum = 0;

  /** A log that saw no start. */
  constructor({ size, windowMs }: StartRingPolicy) {
    this.#size = size * (1 + ROUNDING_SHARE);
    this.#windowMs = windowMs;
    this.#grainMs = windowMs / GRAINS_A_WINDOW;
  }

  /** How many entries it holds. */
  get length(): number {
    return this.#entries.length - this.#from;
  }

  /** How many tokens the window that ends at `nowMs` has room for. */
  room(nowMs: number): number {
    this.#expire(nowMs);
    return this.#size - this.#sum;
  }

  /** The earliest time at which `cost` tokens may be taken; `-Infinity` where nothing holds them back. */
  earliestMs(nowMs: number, cost: number): number {
    this.#expire(nowMs);
    if (this.#sum + cost <= this.#size) return -Infinity;
    // More than a window holds cannot be taken at once: those ahead take theirs in windows before.
    const windowsBefore = Math.max(0, Math.ceil(cost / this.#size) - 1);
    const ms = this.#roomAtMs(cost - windowsBefore * this.#size);
    return windowsBefore === 0 ? ms : Math.max(ms, nowMs) + windowsBefore * this.#windowMs;
  }

  /** Counts `cost` tokens at `ms`, which is no earlier than those before, and answers where. */
  add(ms: number, cost: number): CostEntry {
    this.#expire(ms);
    let entry = this.#entries[this.#entries.length - 1];
    if (entry === undefined || ms - entry.firstMs > this.#grainMs) this.#entries.push(entry = new CostEntry(ms));
    else if (ms > entry.lastMs) entry.lastMs = ms;
    this.change(entry, cost);
    return entry;
  }

  /** Counts `cost` tokens more, or fewer, where `entry` says; nothing happens once its window is over. */
  change(entry: CostEntry, cost: number): void {
    if (!entry.isCounted) return;
    entry.cost += cost;
    this.#sum += cost;
  }

  #roomAtMs(cost: number): number {
    let excess = this.#sum + cost - this.#size;
    if (excess <= 0) return -Infinity;
    let lastMs = -Infinity;
    for (let i = this.#from; i < this.#entries.length && excess > 0; i++) {
      const entry = this.#entries[i]!;
      excess -= entry.cost;
      lastMs = Math.max(lastMs, entry.lastMs);
    }
    return lastMs + this.#windowMs;
  }

  #expire(nowMs: number): void {
    const sinceMs = nowMs - this.#windowMs + ROUNDING_MS;
    for (let entry = this.#entries[this.#from]; entry !== undefined && entry.lastMs <= sinceMs;) {
      entry.isCounted = false;
      this.#sum -= entry.cost;
      entry = this.#entries[++this.#from];
    }
    if (this.#from === this.#entries.length) this.#sum = 0;
    if (this.#from > GRAINS_A_WINDOW || (this.#from > 0 && this.#from === this.#entries.length)) {
      this.#entries = this.#entries.slice(this.#from);
      this.#from = 0;
    }
  }
}
