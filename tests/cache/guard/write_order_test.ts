import { assertEquals } from "@std/assert";
import { FakeClock } from "@opero/core/testing";
import { WriteOrder } from "../../../src/cache/guard/write_order.ts";

Deno.test("WriteOrder removes once more what a write that hung has written behind a removal", async () => {
  const clock = new FakeClock();
  const kept = new Map<string, number>();
  const order = new WriteOrder(clock, 1_000, (key) => kept.delete(key));
  const hanging = Promise.withResolvers<void>();
  order.change("a", () => hanging.promise.then(() => void kept.set("a", 1)));
  const removed = order.change("a", () => kept.delete("a"));
  await clock.tick("1s");
  assertEquals([await removed, kept.size], [false, 0]);
  hanging.resolve();
  await clock.tick();
  assertEquals([kept.size, order.isBusy("a"), clock.pending], [0, false, 0]);
});

Deno.test("WriteOrder keeps the order of changes of a key, and does at once what waits for nothing", async () => {
  const done: string[] = [];
  const order = new WriteOrder(new FakeClock(), 1_000, () => {});
  const slow = Promise.withResolvers<void>();
  const first = order.change("a", () => slow.promise.then(() => void done.push("first")));
  const second = order.change("a", () => void done.push("second"));
  assertEquals(order.change("b", () => done.push("other")), 1);
  const clear = order.clear("a", () => void done.push("clear"));
  slow.resolve();
  await Promise.all([first, second, clear]);
  assertEquals(done, ["other", "first", "second", "clear"]);
});
