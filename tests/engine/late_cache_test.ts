import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { cacheModule } from "../../src/engine/cache_module.ts";
import { ConfigurationError, createOpero, currentCall, memoryCache } from "../../mod.ts";

// The code of caches is loaded once a process: these tests are about what comes before that, so their order counts.

Deno.test("a cache whose code is not loaded refuses at once what a loaded one refuses", () => {
  const { opero } = createOpero();
  const refused = (options: Record<string, unknown>, message: string) =>
    assertThrows(() => opero(function load() {}, { cache: true, ...options }), ConfigurationError, message);
  const wrap = `Cannot wrap "load" as`;
  refused(
    { cacheBackendConfig: { maxEntries: 0 } },
    `${wrap} 'cacheBackendConfig.maxEntries' must be a positive integer`,
  );
  refused({ cacheBackend: "memcached" }, `${wrap} 'cacheBackend' must be one of "memory", "disk", "sqlite", "kv"`);
  refused({ cacheBackend: "disk", cacheBackendConfig: { maxBytes: 0 } }, "'maxBytes' must be a positive integer");
  assertThrows(
    () => opero(Math.max, { cache: true, cacheBackend: memoryCache() }),
    ConfigurationError,
    `Cannot wrap "max" as 'cacheId' must be given`,
  );
  assertStrictEquals(cacheModule.loaded, undefined);
});

Deno.test("first calls wait for the code of the cache: in order, joined, each in the context of its caller", async () => {
  const { opero, clearCache } = createOpero();
  let calls = 0;
  const count = opero((_key: string) => ++calls, { cache: true });
  const kept = opero((key: string) => `${key} ran`, { cache: true, cacheBackend: memoryCache() });
  const cleared = opero(() => ++calls, { cache: true, cacheNamespace: "cleared" });
  const outer = opero(async () => {
    const before = currentCall();
    const inner = await count("within");
    return [inner, before !== undefined && currentCall() === before];
  }, { cache: true, context: "async", name: "outer" });

  assertStrictEquals(cacheModule.loaded, undefined);
  assertEquals(count.cache.stats(), { hits: 0, misses: 0, stale: 0, coalesced: 0, writes: 0, errors: 0 });
  const first = [count("a"), count("a"), kept.cache.set("was set", "b"), kept("b"), outer()];
  const beforeClear = cleared();
  const clearing = clearCache("cleared");
  assertEquals(calls, 0);

  assertEquals(await Promise.all(first), [1, 1, undefined, "was set", [3, true]]);
  assertEquals([await beforeClear, await clearing], [2, undefined]);
  assertEquals((await cleared.withMeta()).meta.cache, "miss");
  assertEquals((await count.withMeta("a")).meta, { cache: "hit", attempts: 0, waited: 0, fallbackIndex: undefined });
  assertEquals(count.cache.stats(), { hits: 1, misses: 2, stale: 0, coalesced: 1, writes: 2, errors: 0 });
});

Deno.test("a function that is wrapped once the code of the cache is there begins its calls at once", async () => {
  const { opero } = createOpero();
  let calls = 0;
  const count = opero(() => ++calls, { cache: true });
  const call = count();
  assertEquals(calls, 1);
  assertEquals(await call, 1);
});
