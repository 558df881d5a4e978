import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { AimdLimit } from "../../src/concurrency/aimd_limit.ts";
import { runs } from "../support/runs.ts";

const WIDE = { min: 1, max: 200 };

Deno.test("AimdLimit starts at 10, within its bounds", () => {
  assertEquals(new AimdLimit(WIDE).limit, 10);
  assertEquals(new AimdLimit({ min: 20, max: 200 }).limit, 20);
  assertEquals(new AimdLimit({ min: 1, max: 4 }).limit, 4);
});

Deno.test("AimdLimit.sample() adds one a round while at least half of the limit is in use", () => {
  const limit = new AimdLimit(WIDE);
  // 1/10 + 1/10.1 + … needs eleven ends to make one.
  const limits = Array.from({ length: 11 }, () => limit.sample(50, 10, false));
  assertEquals(limits, [...Array(10).fill(10), 11]);
  for (let n = 0; n < 100; n++) limit.sample(50, 5, false);
  assertEquals(limit.limit, 11);
  limit.sample(50, 6, false);
  for (let n = 0; n < 11; n++) limit.sample(50, 6, false);
  assertEquals(limit.limit, 12);
});

Deno.test("AimdLimit.sample() cuts a tenth, once for those that were in flight together", () => {
  const limit = new AimdLimit({ min: 100, max: 100 });
  assertEquals(limit.sample(50, 100, true), 100);
  const free = new AimdLimit({ min: 1, max: 10 });
  assertEquals(Array.from({ length: 10 }, () => free.sample(50, 10, true)), Array(10).fill(9));
  assertEquals(free.sample(50, 9, true), 8);
});

Deno.test("AimdLimit.sample() cuts at least one, and not below its lower bound", () => {
  const limit = new AimdLimit({ min: 2, max: 4 });
  assertEquals([1, 1, 1, 1].map((inFlight) => limit.sample(50, inFlight, true)), [3, 2, 2, 2]);
});

Deno.test("AimdLimit finds the limit of a service that drops what is over 40", () => {
  const limit = new AimdLimit(WIDE);
  const seen: number[] = [];
  for (let round = 0; round < 400; round++) {
    const inFlight = limit.limit;
    for (let n = 1; n <= inFlight; n++) limit.sample(50, n, n > 40);
    if (round > 100) seen.push(inFlight);
  }
  assert(Math.min(...seen) >= 35 && Math.max(...seen) <= 42, `${Math.min(...seen)} to ${Math.max(...seen)}`);
});

Deno.test("AimdLimit.sample() stays within its bounds, whatever it is fed", () => {
  const sample = fc.tuple(fc.nat(5_000), fc.integer({ min: 1, max: 300 }), fc.boolean());
  const bounds = fc.tuple(fc.integer({ min: 1, max: 50 }), fc.nat(50));
  fc.assert(
    fc.property(bounds, fc.array(sample, { maxLength: 200 }), ([min, more], samples) => {
      const limit = new AimdLimit({ min, max: min + more });
      for (const [rttMs, inFlight, didDrop] of samples) {
        const answer = limit.sample(rttMs, inFlight, didDrop);
        assert(Number.isInteger(answer) && answer >= min && answer <= min + more && answer === limit.limit);
      }
    }),
    { numRuns: runs(200) },
  );
});
