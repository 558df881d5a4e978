import { assertEquals } from "@std/assert";
import { FakeClock } from "@opero/core/testing";
import { GracePeriod } from "../../../src/queue/worker/grace_period.ts";

function lab() {
  const clock = new FakeClock();
  const ends: number[] = [];
  const begin = clock.now();
  const grace = new GracePeriod(clock, () => ends.push(clock.now() - begin));
  return { clock, ends, grace };
}

Deno.test("GracePeriod ends once, at the earliest of the times that it is given", async () => {
  const { clock, ends, grace } = lab();
  grace.endIn(30_000);
  grace.endIn(60_000);
  await clock.tick("5s");
  grace.endIn(1_000);
  await clock.tick("900ms");
  assertEquals([grace.isOver, ends], [false, []]);
  await clock.tick("1m");
  assertEquals([grace.isOver, ends], [true, [6_000]]);
});

Deno.test("GracePeriod has no end any more once it is cancelled", async () => {
  const { clock, ends, grace } = lab();
  grace.endIn(1_000);
  grace.cancel();
  grace.endIn(10);
  await clock.tick("1m");
  assertEquals([grace.isOver, ends], [false, []]);
});
