import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Latency } from "../../src/fallback/latency.ts";

/** What one attempt more is expected to take, without the floor. */
const expected = (latency: Latency, nowMs: number) => latency.load(0, nowMs) - 1;

Deno.test("Latency weighs a sample by the time since the one before", () => {
  const latency = new Latency(60_000);
  latency.add(100, 0);
  assertEquals(expected(latency, 0), 100);
  latency.add(1_000, 60_000);
  assertAlmostEquals(expected(latency, 60_000), 100 + (1 - Math.exp(-1)) * 900, 1e-6);
  latency.add(5_000, 60_000);
  assertAlmostEquals(
    expected(latency, 60_000),
    100 + (1 - Math.exp(-1)) * 900,
    1e-6,
    "at the same moment it says nothing",
  );
});

Deno.test("Latency decays while there is no sample, so that what was slow is tried again", () => {
  const [slow, quick] = [new Latency(60_000), new Latency(60_000)];
  slow.add(1_000, 0);
  for (let second = 0; second <= 138; second++) quick.add(100, second * 1_000);
  assert(slow.load(0, 130_000) > quick.load(0, 138_000));
  assert(slow.load(0, 139_000) < quick.load(0, 138_000), "60 s × ln(1000 / 100) = 138 s");
});

Deno.test("Latency counts attempts in flight, quick ones too", () => {
  const latency = new Latency(60_000);
  latency.add(0, 0);
  assertEquals([latency.load(0, 0), latency.load(1, 0), latency.load(4, 0)], [1, 2, 5]);
});

Deno.test("Latency lets one attempt through where nothing is known", () => {
  const latency = new Latency(60_000);
  assertEquals([latency.load(0, 5), latency.load(1, 5)], [0, Number.MAX_VALUE]);
});

Deno.test("Latency takes a clock that lags for one that stands still", () => {
  const latency = new Latency(60_000);
  latency.add(100, 1_000);
  assertEquals(expected(latency, 0), 100);
});

Deno.test("Latency takes a failure for one of at least 10 s", () => {
  const latency = new Latency(60_000);
  latency.addFailure(1, 0);
  assertEquals(expected(latency, 0), 10_000);
  const late = new Latency(60_000);
  late.addFailure(30_000, 0);
  assertEquals(expected(late, 0), 30_000);
});
