import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { LatencyHistogram } from "../../src/telemetry/latency_histogram.ts";

Deno.test("LatencyHistogram answers with 0 where nothing was added", () => {
  const histogram = new LatencyHistogram();
  assertEquals([histogram.quantile(0.5), histogram.quantile(0.99), histogram.max], [0, 0, 0]);
});

Deno.test("quantile() is the nearest rank, off by at most 1.6 % and 1 µs, for whatever was added", () => {
  const ms = fc.double({ min: 0, max: 1e8, noNaN: true });
  const small = fc.double({ min: 0, max: 5, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(fc.oneof(ms, small), { minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (all, q) => {
        const histogram = new LatencyHistogram();
        for (const each of all) histogram.add(each);
        const sorted = all.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil(q * all.length)) - 1]! / 1_000;
        const off = Math.abs(histogram.quantile(q) - exact);
        assert(off <= exact / 64 + 1e-6, `${histogram.quantile(q)} for ${exact}`);
        assertEquals(histogram.max, sorted.at(-1)! / 1_000);
      },
    ),
  );
});

Deno.test("what takes longer than the last bucket counts in it, and what is no time as none", () => {
  const histogram = new LatencyHistogram();
  for (const ms of [1e12, -1, NaN]) histogram.add(ms);
  assertEquals([histogram.quantile(0.5), histogram.max], [0, 1e9]);
  assert(histogram.quantile(1) > 2 ** 37 / 1e6 * 0.9);
});

Deno.test("LatencyHistogram.bins() has every call in a part that its time lies in, in at most 40 parts", () => {
  const histogram = new LatencyHistogram();
  const times = [0, 0.002, 1, 1.01, 3, 250, 86_400_000];
  for (const ms of times) histogram.add(ms);
  const bins = histogram.bins();
  assert(bins.length <= 40);
  for (const ms of times) {
    const bin = bins.find(({ fromSeconds, toSeconds }) => fromSeconds * 1_000 <= ms && ms < toSeconds * 1_000);
    assert(bin !== undefined && bin.count > 0, `${ms} ms`);
  }
  assertEquals(bins.reduce((sum, { count }) => sum + count, 0), times.length);
  assertEquals(
    bins.slice(1).map(({ fromSeconds }) => fromSeconds),
    bins.slice(0, -1).map(({ toSeconds }) => toSeconds),
  );
});

Deno.test("LatencyHistogram.bins() are narrow where all calls take about the same, and none without a call", () => {
  const histogram = new LatencyHistogram();
  assertEquals(histogram.bins(), []);
  for (let ms = 100; ms < 200; ms++) histogram.add(ms);
  assert(histogram.bins().length > 6);
});
