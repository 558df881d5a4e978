import { SystemClock } from "../../src/time/system_clock.ts";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { InstanceCaches } from "../../src/engine/instance_caches.ts";
import { Registry } from "../../src/engine/registry.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import type { Clock } from "../../src/time/clock.ts";

const LIMITS = { maxEntries: 10 };
const ENTRY = { value: 1, createdAt: 0, expiresAt: Infinity, staleUntil: Infinity };

function newCaches(clock?: Clock): InstanceCaches {
  const registry = new Registry({ defaults: {}, clock: clock ?? new SystemClock() });
  return new InstanceCaches(registry.clock, registry.telemetry);
}

Deno.test("InstanceCaches.namedStore() is one store for each id in each namespace", () => {
  const caches = newCaches();
  const store = caches.namedStore("a", "b", LIMITS);
  assertStrictEquals(caches.namedStore("a", "b", LIMITS), store);
  for (const [namespace, id] of [["a", "c"], ["b", "b"], ["ab", ""], ["", "ab"]]) {
    assert(caches.namedStore(namespace!, id!, LIMITS) !== store);
  }
});

Deno.test("InstanceCaches.clear() empties shared stores also where the functions that filled them are gone", async () => {
  const caches = newCaches();
  const stores = [caches.namedStore("a", "x", LIMITS), caches.namedStore("b", "x", LIMITS)];
  stores.forEach((store) => store.set("key", ENTRY));
  await caches.clear("a");
  assertEquals(stores.map(({ size }) => size), [0, 1]);
});

Deno.test("InstanceCaches.newStore() is a store that what has expired leaves by itself", async () => {
  const clock = new FakeClock();
  const store = newCaches(clock).newStore({ maxEntries: 10 });
  store.set("key", { ...ENTRY, expiresAt: clock.now() + 10_000, staleUntil: clock.now() + 10_000 });
  await clock.tick("70s");
  assertEquals([store.size, clock.pending], [0, 0]);
});
