import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type CacheEntry, ConfigurationError, fromKeyv, type KeyvLike } from "@opero/core";
import { testCacheBackend } from "@opero/core/testing";
import Keyv from "keyv";
import Keyv5 from "keyv5";

function entryOf(value: unknown, staleUntil = Infinity): CacheEntry {
  return { value, createdAt: 0, expiresAt: staleUntil, staleUntil };
}

const stores = new Map<string, Map<string, unknown>>();

/** One store a name, as a database is. */
function storeOf(name: string): Map<string, unknown> {
  const store = stores.get(name) ?? new Map();
  stores.set(name, store);
  return store;
}

const INSTANCES: Record<string, (store: Map<string, unknown>) => KeyvLike> = {
  "of a Keyv 6": (store) => new Keyv({ store }),
  "of a Keyv 6 with a namespace": (store) => new Keyv({ store, namespace: "opero" }),
  "of a Keyv 5": (store) => new Keyv5({ store }),
  "of a Keyv 5 without a namespace": (store) => new Keyv5({ store, namespace: "" }),
  "of a Keyv 5 with a namespace of our name": (store) => new Keyv5({ store, namespace: "opero" }),
  "of a Keyv 5 with a colon in the namespace": (store) => new Keyv5({ store, namespace: "a:b" }),
  "of a Keyv 5 without key prefix": (store) => new Keyv5({ store, useKeyPrefix: false }),
};

for (const [name, open] of Object.entries(INSTANCES)) {
  testCacheBackend((store) => fromKeyv(open(storeOf(store))), {
    test: (name, run) => Deno.test(name, run),
    name: `fromKeyv() ${name}`,
    isPersistent: true,
    keepsEverything: true,
  });
}

Deno.test("fromKeyv() clears its own entries and nothing else of the instance", async () => {
  const keyv = new Keyv();
  const cache = fromKeyv(keyv);
  const foreign = ["mine", "opero", "opero:", "a:opero:b:c"];
  for (const key of foreign) await keyv.set(key, "kept");
  await cache.set("key", entryOf(1));
  await cache.clear("");
  assertEquals(await cache.get("key"), undefined);
  for (const key of foreign) assertEquals(await keyv.get(key), "kept");
});

Deno.test("fromKeyv() lets Keyv remove an entry at its staleUntil, whatever the instance's ttl", async () => {
  const store = new Map<string, string>();
  const cache = fromKeyv(new Keyv5({ store, ttl: 1 }));
  const expiries = () => [...store.values()].map((text) => JSON.parse(text).expires);
  await cache.set("key", entryOf(1));
  assertEquals(expiries(), [undefined]);
  const staleUntil = Date.now() + 60_000;
  await cache.set("key", entryOf(1, staleUntil));
  assertEquals(Math.abs(expiries()[0] - staleUntil) < 5_000, true);
});

Deno.test("fromKeyv() misses what another program keeps under its key", async () => {
  const values = new Map<string, unknown>();
  const keyv: KeyvLike = {
    get: (key) => Promise.resolve(values.get(key)),
    set: (key, value) => Promise.resolve(values.set(key, value)),
    delete: (key) => Promise.resolve(values.delete(key)),
  };
  const cache = fromKeyv(keyv);
  await cache.set("key", entryOf(1));
  const [key] = values.keys();
  for (const value of [null, 1, "text", { value: 1 }]) {
    values.set(key!, value);
    assertEquals(await cache.get("key"), undefined);
  }
});

Deno.test("fromKeyv() throws a ConfigurationError when a clear meets a store without an iterator", async () => {
  async function* nothing() {}
  for (const iterator of [undefined, nothing]) {
    const keyv = Object.assign(new Keyv(), { iterator });
    const error = await assertRejects(async () => await fromKeyv(keyv as KeyvLike).clear("a"), ConfigurationError);
    assertEquals(
      error.message,
      "Cannot clear the cache as the Keyv store has no iterator: use one that has, or let entries expire by 'cacheTtl'",
    );
  }
});

Deno.test("fromKeyv() rejects when Keyv tells that an entry was not kept", async () => {
  const keyv = Object.assign(new Keyv(), { set: () => Promise.resolve(false) });
  await assertRejects(
    async () => await fromKeyv(keyv).set("key", entryOf(1)),
    Error,
    "The Keyv store failed to keep an entry",
  );
});

Deno.test("fromKeyv() throws a ConfigurationError when it is given no Keyv", () => {
  for (const [value, kind] of [[{}, "an object"], [undefined, "undefined"], [null, "null"]] as const) {
    const error = assertThrows(() => fromKeyv(value as unknown as KeyvLike), ConfigurationError);
    assertEquals(error.message, `Cannot use a Keyv store as 'keyv' must be a Keyv instance: received ${kind}`);
  }
});
