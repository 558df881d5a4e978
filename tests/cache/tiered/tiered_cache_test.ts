import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type CacheBackend, type CacheEntry, tiered } from "@opero/core";
import { testCacheBackend } from "@opero/core/testing";
import { BackendHealth } from "../../../src/cache/guard/backend_health.ts";
import { GuardedCache } from "../../../src/cache/guard/guarded_cache.ts";
import { WriteOrder } from "../../../src/cache/guard/write_order.ts";
import { LockingCache, lockingStore } from "../../support/locking_cache.ts";
import { SystemClock } from "../../../src/time/system_clock.ts";

class MapCache implements CacheBackend {
  readonly entries = new Map<string, CacheEntry>();
  closed = 0;
  get(key: string) {
    return this.entries.get(key);
  }
  set(key: string, entry: CacheEntry) {
    this.entries.set(key, entry);
  }
  delete(key: string) {
    return this.entries.delete(key);
  }
  clear(prefix: string) {
    for (const key of this.entries.keys()) if (key.startsWith(prefix)) this.entries.delete(key);
  }
  close() {
    this.closed++;
  }
}

/** The same, but with promises that take a while to settle. */
function later(cache: CacheBackend): CacheBackend {
  const turn = async () => {
    for (let i = 0; i < 10; i++) await undefined;
  };
  return {
    get: async (key) => (await turn(), await cache.get(key)),
    set: async (key, entry) => (await turn(), await cache.set(key, entry)),
    delete: async (key) => (await turn(), await cache.delete(key)),
    clear: async (prefix) => (await turn(), await cache.clear(prefix)),
  };
}

function failing(error: Error, how: "throws" | "rejects"): CacheBackend {
  const fail = () => {
    if (how === "throws") throw error;
    return Promise.reject(error);
  };
  return { get: fail, set: fail, delete: fail, clear: fail, close: fail };
}

function entryOf(value: unknown): CacheEntry {
  return { value, createdAt: 0, expiresAt: Infinity, staleUntil: Infinity };
}

testCacheBackend(() => tiered(new MapCache(), new MapCache()), {
  test: Deno.test,
  name: "tiered() in step",
  keepsEverything: true,
});
testCacheBackend(() => tiered(new MapCache(), new LockingCache(lockingStore(), { nowMs: Date.now })), {
  test: Deno.test,
  name: "tiered() of which the second has locks",
  keepsEverything: true,
  hasLocks: true,
});
testCacheBackend(() => tiered(new LockingCache(lockingStore(), { nowMs: Date.now }), later(new MapCache())), {
  test: Deno.test,
  name: "tiered() of which the first has locks",
  keepsEverything: true,
  hasLocks: true,
});
testCacheBackend(() => tiered(later(new MapCache()), later(new MapCache())), {
  test: Deno.test,
  name: "tiered() later",
  keepsEverything: true,
});

Deno.test("tiered() answers without a promise when its tiers do", () => {
  const cache = tiered(new MapCache(), new MapCache());
  assertEquals(cache.set("key", entryOf(1)), undefined);
  assertEquals(cache.get("key"), entryOf(1));
  assertEquals(cache.delete("key"), true);
  assertEquals(cache.get("key"), undefined);
  assertEquals(cache.clear(""), undefined);
  assertEquals(cache.close(), undefined);
});

Deno.test("tiered() answers a hit of the first tier without a promise and without asking the second", () => {
  const first = new MapCache();
  first.set("key", entryOf(1));
  assertEquals(tiered(first, failing(new Error("asked"), "throws")).get("key"), entryOf(1));
});

Deno.test("tiered() copies what only the second tier has to the first", async () => {
  const [first, second] = [new MapCache(), new MapCache()];
  second.set("key", entryOf(undefined));
  assertEquals(await tiered(first, later(second)).get("key"), entryOf(undefined));
  assertEquals(first.get("key"), entryOf(undefined));
});

for (const change of ["set", "delete", "clear"] as const) {
  Deno.test(`tiered() does not copy what ${change}() overtook while the second tier was read`, async () => {
    const [first, second] = [new MapCache(), new MapCache()];
    second.set("key", entryOf("old"));
    const cache = tiered(first, later(second));
    const read = cache.get("key");
    if (change === "set") await cache.set("key", entryOf("new"));
    if (change === "delete") await cache.delete("key");
    if (change === "clear") await cache.clear("k");
    await read;
    assertEquals(first.get("key"), change === "set" ? entryOf("new") : undefined);
  });
}

for (const how of ["throws", "rejects"] as const) {
  const error = new Error("down");

  Deno.test(`tiered() reads from the second tier when the first ${how}`, async () => {
    const second = new MapCache();
    second.set("key", entryOf(1));
    const cache = tiered(failing(error, how), second);
    assertEquals(await cache.get("key"), entryOf(1));
    assertEquals(await cache.get("missing"), undefined);
  });

  Deno.test(`tiered() counts a second tier that ${how} as empty`, async () => {
    assertEquals(await tiered(new MapCache(), failing(error, how)).get("key"), undefined);
  });

  Deno.test(`tiered() fails a read when both tiers fail, and the second ${how}`, async () => {
    const cache = tiered(failing(new Error("first"), "throws"), failing(error, how));
    assertEquals(await assertRejects(async () => await cache.get("key"), Error), error);
  });

  Deno.test(`tiered() changes the tier that works and throws when the other ${how}`, async () => {
    for (const place of ["first", "second"]) {
      const healthy = new MapCache();
      const down = failing(error, how);
      const cache = place === "first" ? tiered(down, healthy) : tiered(healthy, down);
      await assertRejects(async () => await cache.set("a", entryOf(1)), Error, "down");
      assertEquals(healthy.get("a"), entryOf(1));
      await assertRejects(async () => await cache.delete("a"), Error, "down");
      assertEquals(healthy.get("a"), undefined);
      healthy.set("a", entryOf(1));
      await assertRejects(async () => await cache.clear(""), Error, "down");
      assertEquals(healthy.get("a"), undefined);
      await assertRejects(async () => await cache.close(), Error, "down");
      assertEquals(healthy.closed, 1);
    }
  });
}

Deno.test("tiered() drops the old entry of a tier that cannot take the new one", () => {
  const second = new MapCache();
  const cache = tiered(new MapCache(), second);
  cache.set("key", entryOf("old"));
  second.set = () => {
    throw new Error("too large");
  };
  assertThrows(() => cache.set("key", entryOf("new")), Error, "too large");
  assertEquals(second.get("key"), undefined);
  assertEquals(cache.get("key"), entryOf("new"));
});

Deno.test("tiered() answers when the copy to the first tier hangs or fails", async () => {
  const second = new MapCache();
  second.set("key", entryOf(1));
  for (const set of [() => new Promise<void>(() => {}), () => Promise.reject(new Error("full"))]) {
    assertEquals(await tiered(Object.assign(new MapCache(), { set }), second).get("key"), entryOf(1));
  }
});

Deno.test("tiered() takes a guarded tier that could not be asked for empty", async () => {
  const clock = new SystemClock();
  const options = { clock, timeoutMs: 250, connectTimeoutMs: 5_000, functionName: "fn", isFirst: () => false };
  const stateOf = (backend: CacheBackend) => ({
    health: new BackendHealth(clock, { onUseless() {}, onOutage() {}, onRecovery() {} }),
    order: new WriteOrder(clock, 250, (key) => backend.delete(key)),
  });
  const guard = (backend: CacheBackend, isNamed = false) =>
    new GuardedCache({ ...options, backend, state: stateOf(backend), onError: () => {} }).asTier(isNamed);
  const healthy = new MapCache();
  healthy.set("key", entryOf(1));
  const down = failing(new Error("down"), "rejects");
  assertEquals(await tiered(down, healthy).withTiers(guard).get("key"), entryOf(1));
  assertEquals(await tiered(healthy, down).withTiers(guard).get("missing"), undefined);
  assertEquals(await tiered(down, healthy).withTiers(guard).set("key", entryOf(2)), undefined);
  assertEquals(healthy.get("key"), entryOf(2));
  assertEquals(await tiered(down, down).withTiers(guard).set("key", entryOf(2)) as unknown, false);
  const named = (backend: CacheBackend) => guard(backend, true);
  await assertRejects(async () => await tiered(down, healthy).withTiers(named).set("key", entryOf(3)), Error, "down");
  assertEquals(healthy.get("key"), entryOf(3));
});

Deno.test("TieredCache.withTiers() wraps each tier", () => {
  const tiers = [new MapCache(), new MapCache()] as const;
  const wrapped: CacheBackend[] = [];
  const cache = tiered(...tiers).withTiers((tier) => {
    wrapped.push(tier);
    return Object.assign(new MapCache(), { get: () => entryOf(wrapped.length) });
  });
  assert(wrapped[0] === tiers[0] && wrapped[1] === tiers[1]);
  assertEquals(cache.get("key"), entryOf(2));
});
