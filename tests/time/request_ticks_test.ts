import { assertEquals } from "@std/assert";
import { FakeClock } from "@opero/core/testing";
import { tickDuring } from "../../src/time/request_ticks.ts";
import { pretendRequestBound } from "../support/request_bound.ts";

Deno.test("tickDuring() sets nothing where timers outlive what set them", () => {
  const clock = new FakeClock();
  tickDuring(new Promise(() => {}), clock, 10, () => {});
  assertEquals(clock.pending, 0);
});

for (const end of ["resolve", "reject"] as const) {
  Deno.test(`tickDuring() ticks until the wait ends by ${end}, where requests own their timers`, async () => {
    using _ = pretendRequestBound();
    const clock = new FakeClock();
    const wait = Promise.withResolvers<void>();
    let ticks = 0;
    tickDuring(wait.promise, clock, 250, () => ticks++);
    await clock.tick("249ms");
    assertEquals(ticks, 0);
    await clock.tick("1ms");
    assertEquals(ticks, 1);
    await clock.tick("1s");
    assertEquals(ticks, 11);
    wait[end]();
    await wait.promise.catch(() => {});
    assertEquals(clock.pending, 0);
  });
}
