import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CostLog } from "../../src/limiter/cost_log.ts";
import { runs } from "../support/runs.ts";

Deno.test("CostLog.earliestMs() is a window after enough has come", () => {
  const log = new CostLog({ size: 10, windowMs: 100 });
  log.add(1_000, 6);
  log.add(1_030, 3);
  const at = (cost: number) => log.earliestMs(1_040, cost);
  assertEquals([at(1), at(2), at(7), at(8), at(10)], [-Infinity, 1_100, 1_100, 1_130, 1_130]);
  assertEquals(log.earliestMs(1_100, 7), -Infinity);
});

Deno.test("CostLog.earliestMs() counts windows where more is asked for than one holds", () => {
  const log = new CostLog({ size: 10, windowMs: 100 });
  assertEquals([10, 11, 25].map((cost) => log.earliestMs(1_000, cost)), [-Infinity, 1_100, 1_200]);
});

Deno.test("CostLog.change() counts where the start was, and not once it is past", () => {
  const log = new CostLog({ size: 10, windowMs: 100 });
  const entry = log.add(0, 10);
  log.change(entry, -4);
  assertEquals(Math.round(log.room(50)), 4);
  assertEquals(Math.round(log.room(100)), 10);
  log.change(entry, 3);
  assertEquals(Math.round(log.room(100)), 10);
});

Deno.test("CostLog holds at most 1 025 entries, however many starts there are", () => {
  const log = new CostLog({ size: 1e9, windowMs: 1_000 });
  for (let ms = 0; ms < 3_000; ms += 0.05) log.add(ms, 1e-3);
  assert(log.length <= 1_025, `${log.length}`);
});

Deno.test("CostLog has room where a list of all starts has, but for a grain of the window", () => {
  const start = fc.record({ gapMs: fc.double({ min: 0, max: 40, noNaN: true }), cost: fc.integer({ min: 0, max: 9 }) });
  fc.assert(
    fc.property(fc.array(start, { maxLength: 100 }), (starts) => {
      const log = new CostLog({ size: 10, windowMs: 100 });
      const all: [number, number][] = [];
      let nowMs = 0;
      const sumSince = (ms: number) => all.reduce((sum, [at, cost]) => at > ms ? sum + cost : sum, 0);
      for (const { gapMs, cost } of starts) {
        nowMs += gapMs;
        const isFree = log.earliestMs(nowMs, cost) <= nowMs;
        if (isFree) {
          assert(sumSince(nowMs - 100 + 1e-6) + cost <= 10);
          log.add(nowMs, cost);
          all.push([nowMs, cost]);
        } else assert(sumSince(nowMs - 100 - 100 / 1_024 - 1e-6) + cost > 10);
      }
    }),
    { numRuns: runs(500) },
  );
});
