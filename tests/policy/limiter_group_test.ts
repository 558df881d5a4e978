import { assertEquals } from "@std/assert";
import { FakeClock } from "@opero/core/testing";
import { makeLimiter } from "../../src/limiter/make_limiter.ts";
import { LimiterGroup } from "../../src/policy/limiter_group.ts";

const RATE = { limit: 10, perMs: 1_000, burst: 5 };

Deno.test("LimiterGroup.pause() holds for keys that come later, as long as it lasts", async () => {
  const clock = new FakeClock();
  const group = new LimiterGroup(() => makeLimiter([RATE], clock), clock);
  group.of("a").tryStart();
  assertEquals([group.available, group.waiting], [4, 0]);
  group.pause(2_000, "Retry-After");
  const untilMs = clock.now() + 2_000;
  assertEquals(["a", "new"].map((key) => group.of(key).waitReason(untilMs)), ["Retry-After", "Retry-After"]);
  assertEquals([group.of("a").tryStart(), group.of("b").tryStart(), group.available], [false, false, 0]);
  await clock.tick("2s");
  assertEquals([group.of("a").tryStart(), group.of("c").tryStart(), group.available], [true, true, 4]);
  group.pause(2_000);
  group.reset();
  assertEquals([group.of("b").tryStart(), group.of("d").tryStart()], [true, true]);
});
