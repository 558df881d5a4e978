import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { RunTimeline } from "../../src/run_stats/run_timeline.ts";
import type { ReportBin } from "../../src/run_stats/run_report.ts";

const START_MS = 1_764_000_000_000;
const HOUR_MS = 3_600_000;

const sum = (bins: readonly ReportBin[], name: keyof ReportBin) => bins.reduce((total, bin) => total + bin[name], 0);

Deno.test("RunTimeline spreads what went on over the parts that it touched", () => {
  const timeline = new RunTimeline();
  timeline.span("inFlight", START_MS + 5, START_MS + 25);
  timeline.span("waiting", START_MS, START_MS + 10, 0.25);
  timeline.count("ok", START_MS + 25);
  const { binSeconds, bins } = timeline.report();
  assertEquals(binSeconds, 0.01);
  assertEquals(bins.map(({ atMs, ok, inFlight, waiting }) => [atMs - START_MS, ok, inFlight, waiting]), [
    [0, 0, 0.5, 0.25],
    [10, 0, 1, 0],
    [20, 1, 0.5, 0],
  ]);
});

Deno.test("RunTimeline loses no item and no time, in whatever order they come, in at most 200 parts", () => {
  const happening = fc.record({
    atMs: fc.oneof(fc.nat(1_000), fc.nat(100 * HOUR_MS)),
    durationMs: fc.oneof(fc.nat(50), fc.nat(10 * HOUR_MS)),
  });
  fc.assert(
    fc.property(fc.array(happening, { minLength: 1, maxLength: 600 }), (all) => {
      const timeline = new RunTimeline();
      for (const { atMs, durationMs } of all) {
        timeline.count("failed", START_MS + atMs);
        timeline.span("waiting", START_MS + atMs, START_MS + atMs + durationMs);
      }
      const { bins, binSeconds } = timeline.report();
      assert(bins.length <= 200);
      assertEquals(sum(bins, "failed"), all.length);
      const waited = all.reduce((total, { durationMs }) => total + durationMs, 0);
      // Each part is rounded to the hundredth.
      assert(Math.abs(sum(bins, "waiting") * binSeconds * 1_000 - waited) <= bins.length * binSeconds * 1_000 * 0.0051);
    }),
    { numRuns: 100 },
  );
});

Deno.test("RunTimeline shows a pause of a run as parts without anything, and leaves out the night between two", () => {
  const starts = (gapMs: number) => {
    const timeline = new RunTimeline();
    for (const start of [START_MS, START_MS + 100_000 + gapMs]) {
      for (let at = start; at < start + 100_000; at += 100) timeline.count("ok", at);
    }
    const { bins, binSeconds } = timeline.report();
    return bins.slice(1).filter((bin, i) => bin.atMs - bins[i]!.atMs > binSeconds * 1_000).length;
  };
  assertEquals([30_000, 150_000, 9 * HOUR_MS].map(starts), [0, 1, 1]);
  // A quarter of the whole, but less than a minute.
  const short = new RunTimeline();
  for (const second of [0, 1, 50, 51]) short.count("ok", START_MS + second * 1_000);
  const { bins, binSeconds } = short.report();
  assertEquals(bins.length * binSeconds >= 51, true);
});
