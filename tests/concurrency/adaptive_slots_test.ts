import { assertEquals } from "@std/assert";
import { FakeClock } from "@opero/core/testing";
import { AdaptiveSlots } from "../../src/concurrency/adaptive_slots.ts";

/** Writes down what it is fed, and answers with the limits that it was given. */
function scripted(...limits: number[]) {
  const fed: unknown[][] = [];
  let limit = limits[0]!;
  const sample = (...given: unknown[]) => (fed.push(given), limit = limits[fed.length] ?? limit);
  return {
    fed,
    sample,
    get limit() {
      return limit;
    },
  };
}

Deno.test("AdaptiveSlots.record() feeds its algorithm, and takes over the limit", async () => {
  const clock = new FakeClock();
  const algorithm = scripted(1, 3, 3, 2);
  const slots = new AdaptiveSlots(algorithm, clock);
  const startedMs = clock.now();
  slots.tryAcquire();
  const turns: number[] = [];
  for (const n of [1, 2, 3]) slots.enqueue(() => turns.push(n));
  await clock.tick("70ms");
  slots.record(startedMs, 1, false);
  assertEquals([algorithm.fed, slots.limit, turns, slots.inFlight], [[[70, 1, false]], 3, [1, 2], 3]);
  slots.release();
  slots.record(clock.now() + 5, 3, true);
  slots.record(startedMs, 3, true);
  assertEquals([algorithm.fed.at(1), slots.limit, turns], [[0, 3, true], 2, [1, 2, 3]]);
});

Deno.test("AdaptiveSlots.isIdle keeps what was learned for a minute after its latest use", async () => {
  const clock = new FakeClock();
  const slots = new AdaptiveSlots(scripted(2), clock);
  assertEquals(slots.isIdle, false);
  await clock.tick("59s");
  slots.tryAcquire();
  slots.record(clock.now(), 1, false);
  await clock.tick("2m");
  assertEquals(slots.isIdle, false);
  slots.release();
  assertEquals(slots.isIdle, true);
});
