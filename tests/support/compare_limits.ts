import { assert, assertEquals } from "@std/assert";
import type { Booking, LimitStore } from "@opero/core";
import { memoryLimits } from "@opero/core/testing";
import { printSeed } from "./seed.ts";
import { seededRandom } from "../../src/testing/seeded_random.ts";

/** So long that the time which a comparison takes makes no difference. */
const HOUR_MS = 3_600_000;
const NEAR_MS = 60_000;

/** Holds if `store` answers `rounds` random bookings of two limits, and what comes between, as the store in memory does. */
export async function compareLimits(store: LimitStore, rounds: number): Promise<void> {
  const oracle = memoryLimits();
  const random = seededRandom(printSeed());
  const upTo = (most: number) => Math.floor(random() * most);
  const base = `compare-${crypto.randomUUID()}`;
  const keys = [`${base}#0`, `${base}#1`];
  const bursts = [5, 60];
  // Not multiples of each other, as a bucket that is full at the very moment may count as full or not.
  const intervals = [HOUR_MS, 1.0137 * HOUR_MS];
  for (let round = 0; round < rounds; round++) {
    const place = upTo(2);
    const key = keys[place]!;
    const act = upTo(20);
    if (act === 0) await both((each) => each.reset(key));
    else if (act === 1) {
      const forMs = HOUR_MS * (upTo(3) + 0.25);
      await both((each) => each.pause(key, forMs));
    } else if (act < 5) {
      const [cost, agoMs] = [upTo(20) - 15, HOUR_MS * (upTo(3) + 0.3)];
      await both((each) => each.settle(key, cost, { agoMs, intervalMs: intervals[place]! }));
    } else {
      const costs = [1, upTo(62)];
      const bookings: Booking[] = (upTo(4) === 0 ? [0] : [0, 1]).map((i) => {
        return { key: keys[i]!, intervalMs: intervals[i]!, burst: bursts[i]!, cost: costs[i]! };
      });
      const maxWaitMs = upTo(3) === 0 ? undefined : HOUR_MS * (upTo(4) + 0.6);
      const options = { slots: 1 + upTo(3), maxWaitMs, client: "a" };
      const [answer, expected] = await both((each) => each.book(bookings, options));
      requireSame({ ...answer }, { ...expected }, round);
    }
  }
  for (const key of keys) await store.reset(key);

  async function both<R>(use: (store: LimitStore) => Promise<R>): Promise<[R, R]> {
    return [await use(store), await use(oracle)];
  }
}

function requireSame(answer: Record<string, unknown>, expected: Record<string, unknown>, round: number): void {
  assertEquals(Object.keys(answer).sort(), Object.keys(expected).sort(), `round ${round}`);
  for (const [name, value] of Object.entries(expected)) {
    const found = answer[name];
    if (typeof value !== "number" || !name.endsWith("Ms")) assertEquals(found, value, `${name} of round ${round}`);
    else assert(Math.abs(Number(found) - value) < NEAR_MS, `${name} of round ${round}: ${found} for ${value}`);
  }
}
