import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Gradient2Limit } from "../../src/concurrency/gradient2_limit.ts";
import { runs } from "../support/runs.ts";

const WIDE = { min: 1, max: 200 };

/** Feeds one window: as many as take a second together where `inFlight` run at once, and one for the rounding of sums. */
function window(limit: Gradient2Limit, rttMs: number, inFlight: number = limit.limit, drops = 0): number {
  const samples = Math.max(10, Math.ceil(1_000 * inFlight / rttMs) + 1);
  for (let n = 0; n < samples; n++) limit.sample(rttMs, inFlight, n < drops);
  return limit.limit;
}

Deno.test("Gradient2Limit starts at 20, within its bounds", () => {
  assertEquals(new Gradient2Limit(WIDE).limit, 20);
  assertEquals(new Gradient2Limit({ min: 30, max: 200 }).limit, 30);
  assertEquals(new Gradient2Limit({ min: 1, max: 4 }).limit, 4);
});

Deno.test("Gradient2Limit grows by 0.8 a window of a second while the latency stays as it is", () => {
  const limit = new Gradient2Limit(WIDE);
  assertEquals([1, 2, 3, 4].map(() => window(limit, 100)), [20, 21, 22, 23]);
  const other = new Gradient2Limit(WIDE);
  for (let n = 0; n < 199; n++) other.sample(100, 20, true);
  assertEquals([other.limit, other.sample(100, 20, true)], [20, 18]);
});

Deno.test("Gradient2Limit needs ten samples for a window, however long they take", () => {
  const limit = new Gradient2Limit({ min: 1, max: 200 });
  for (let n = 0; n < 9; n++) limit.sample(60_000, 20, true);
  assertEquals(limit.limit, 20);
  assertEquals(limit.sample(60_000, 20, true), 18);
});

Deno.test("Gradient2Limit falls where the latency rises, by a tenth a window at most", () => {
  const limit = new Gradient2Limit(WIDE);
  for (let n = 0; n < 600; n++) window(limit, 100, 5);
  assertEquals(limit.limit, 20);
  // 0.8 × 20 + 0.2 × (0.5 × 20 + 4)
  assertEquals(window(limit, 1_000), 18);
});

Deno.test("Gradient2Limit does not change with less than half of it in flight", () => {
  const limit = new Gradient2Limit(WIDE);
  for (let n = 0; n < 50; n++) window(limit, 100, 9);
  assertEquals(limit.limit, 20);
  window(limit, 100, 10);
  window(limit, 100, 11);
  assertEquals(limit.limit, 21);
});

Deno.test("Gradient2Limit takes a window with a drop as the worst, and learns no latency of drops", () => {
  const limit = new Gradient2Limit(WIDE);
  assertEquals([window(limit, 100, 20, 1), window(limit, 100, 20, 500)], [18, 16]);
  const other = new Gradient2Limit(WIDE);
  for (let n = 0; n < 1_000; n++) other.sample(100, 5, false);
  // Quick refusals are no sign of a quick service: what follows is as quick as ever.
  for (let n = 0; n < 4_000; n++) other.sample(1, 4, true);
  assertEquals(other.limit, 18);
  for (let n = 0; n < 4; n++) window(other, 100);
  assertEquals(other.limit, 21);
});

Deno.test("Gradient2Limit forgets a bad time quickly once the service has recovered", () => {
  const limit = new Gradient2Limit(WIDE);
  for (let n = 0; n < 20; n++) window(limit, 1_000, 5);
  for (let n = 0; n < 10; n++) window(limit, 100, 5);
  // The long average went from 1 000 ms to about 330: once more as slow as before is seen as slow.
  const before = limit.limit;
  assert(window(limit, 1_000) < before);
});

/** A service that serves `capacity` at once in 100 ms, and lets the rest wait. */
function settled(capacity: number, windows: number): number[] {
  const limit = new Gradient2Limit(WIDE);
  const latency = (inFlight: number) => 100 * Math.max(1, inFlight / capacity);
  return Array.from({ length: windows }, () => window(limit, latency(limit.limit)));
}

Deno.test("Gradient2Limit finds the limit of a service, and lets a few queue there", () => {
  const limits = settled(40, 120);
  assert(limits[19]! < 40, `${limits[19]}`);
  const late = limits.slice(60);
  assert(Math.min(...late) >= 40 && Math.max(...late) <= 60, `${Math.min(...late)} to ${Math.max(...late)}`);
});

Deno.test("Gradient2Limit.sample() stays within its bounds, whatever it is fed", () => {
  const sample = fc.tuple(fc.nat(5_000), fc.integer({ min: 1, max: 300 }), fc.boolean());
  const bounds = fc.tuple(fc.integer({ min: 1, max: 50 }), fc.nat(50));
  fc.assert(
    fc.property(bounds, fc.array(sample, { maxLength: 300 }), ([min, more], samples) => {
      const limit = new Gradient2Limit({ min, max: min + more });
      for (const [rttMs, inFlight, didDrop] of samples) {
        const answer = limit.sample(rttMs, inFlight, didDrop);
        assert(Number.isInteger(answer) && answer >= min && answer <= min + more && answer === limit.limit);
      }
    }),
    { numRuns: runs(200) },
  );
});
