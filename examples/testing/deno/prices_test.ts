import { createOpero } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { assertEquals, assertRejects } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { pricesFrom } from "./prices.ts";

/** Fails as often as `failures` says, then answers; `asked` counts. */
function service(failures = 0) {
  const it = {
    asked: 0,
    ask: async (_article: string) => {
      if (it.asked++ < failures) throw new Error("down");
      return await Promise.resolve(3);
    },
  };
  return it;
}

Deno.test("a service that is down is asked again after one second, and after two more", async () => {
  using time = new FakeTime();
  const it = service(2);
  const price = pricesFrom(it.ask)("pen");
  await time.tickAsync(999);
  assertEquals(it.asked, 1);
  await time.tickAsync(1);
  // What a timer set in motion has happened in the next step only.
  await time.runMicrotasks();
  assertEquals(it.asked, 2);
  await time.tickAsync(2_000);
  assertEquals(await price, 3);
});

Deno.test("an answer that does not come is waited for five seconds an attempt", async () => {
  using time = new FakeTime();
  const failed = assertRejects(() => pricesFrom(() => new Promise(() => {}))("pen"), Error, "3 × TimeoutError");
  // A step for each wait: the next timer is set by what the one before it set in motion.
  for (const ms of [5_000, 1_000, 5_000, 2_000, 5_000]) await time.tickAsync(ms);
  await failed;
});

Deno.test("the service is asked twice a second", async () => {
  using time = new FakeTime();
  const it = service();
  const priceOf = pricesFrom(it.ask);
  const prices = Promise.all([priceOf("pen"), priceOf("ink"), priceOf("paper")]);
  await time.tickAsync(999);
  assertEquals(it.asked, 2);
  await time.tickAsync(1);
  assertEquals(await prices, [3, 3, 3]);
});

Deno.test("a price is kept for ten minutes", async () => {
  using time = new FakeTime();
  const it = service();
  const priceOf = pricesFrom(it.ask);
  await priceOf("pen");
  time.tick(10 * 60_000 - 1);
  await priceOf("pen");
  assertEquals(it.asked, 1);
  time.tick(1);
  await priceOf("pen");
  assertEquals(it.asked, 2);
});

Deno.test("by a clock of the instance: nothing global is faked", async () => {
  const clock = new FakeClock();
  const { opero } = createOpero({ clock });
  const it = service(2);
  const priceOf = pricesFrom(it.ask, opero);
  const price = priceOf("pen");
  await clock.tick("3s");
  assertEquals(await price, 3);
  await clock.tick("10m");
  await priceOf("pen");
  assertEquals(it.asked, 4);
});
