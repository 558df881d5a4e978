import { assertEquals, assertRejects } from "@std/assert";
import { SlotHolders } from "../../src/concurrency/slot_holders.ts";

/** Holders, and how often a slot was given back. */
function counted(): { holders: SlotHolders; release: () => void; released: () => number } {
  let count = 0;
  return { holders: new SlotHolders(), release: () => count++, released: () => count };
}

Deno.test("SlotHolders.hold() gives the slot back once the run ends, in whatever way", async () => {
  const { holders, release, released } = counted();
  assertEquals(await holders.hold(Promise.resolve(1), release), 1);
  assertEquals(released(), 1);
  await assertRejects(() => holders.hold(Promise.reject(new Error("no")), release), Error, "no");
  assertEquals(released(), 2);
});

Deno.test("SlotHolders.watch() gives back the slot of one that vanished, once, whoever else waits", async () => {
  const { holders, release, released } = counted();
  const vanished = Promise.withResolvers<void>();
  holders.add(vanished.promise, release);
  const [first, second] = [new WeakSet<Promise<unknown>>(), new WeakSet<Promise<unknown>>()];
  for (const known of [first, first, second]) holders.watch(known);
  assertEquals(released(), 0);
  vanished.reject(new Error("its request has ended"));
  await vanished.promise.catch(() => {});
  await undefined;
  assertEquals(released(), 1);
});

Deno.test("SlotHolders.watch() leaves the slot of one that runs, or that has given it back, as it is", async () => {
  const { holders, release, released } = counted();
  const gone = Promise.reject(new Error("its request has ended"));
  holders.add(gone, release);
  holders.remove(gone);
  holders.add(new Promise(() => {}), release);
  holders.watch(new WeakSet());
  await gone.catch(() => {});
  await undefined;
  assertEquals(released(), 0);
});
