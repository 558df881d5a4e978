/** What is asked of a cache by name: it fails where it could not be done, and what began before it does not come back. */
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  type CacheBackend,
  type CacheEntry,
  CacheError,
  configureLogging,
  createOpero,
  diskCache,
  kvCache,
  memoryCache,
  tiered,
} from "@opero/core";
import { FakeClock } from "@opero/core/testing";

const DOWN = new Error("down");

function failing(): CacheBackend {
  const fail = () => Promise.reject(DOWN);
  return { get: fail, set: fail, delete: fail, clear: fail };
}

function quiet() {
  const restore = configureLogging({ level: "OFF" });
  return { [Symbol.dispose]: restore };
}

for (const makes of [() => failing(), () => tiered(memoryCache(), failing())]) {
  Deno.test(`cache.set(), delete(), clear() and clearCache() reject where ${makes().constructor.name} fails, also while it rests`, async () => {
    using _ = quiet();
    const { opero, clearCache } = createOpero({ clock: new FakeClock() });
    const fn = opero(function load(_id: number) {
      return 1;
    }, { cache: true, cacheBackend: makes() });
    for (let call = 0; call < 12; call++) {
      for (
        const [operation, message] of [
          [
            () => fn.cache.set(2, 1),
            'Cannot set a value in the cache of "load" as its backend failed or refused the value: Error',
          ],
          [() => fn.cache.delete(1), 'Cannot delete a value from the cache of "load" as its backend failed: Error'],
          [() => fn.cache.clear(), 'Cannot clear the cache of "load" as its backend failed: Error'],
          [() => clearCache(), 'Cannot clear the namespace "opero" as a cache backend failed: '],
        ] as const
      ) {
        const error = await assertRejects(operation, CacheError);
        assert(error.message.startsWith(message), error.message);
        assertInstanceOf(error.cause, Error);
      }
      assertEquals(await fn(call), 1);
    }
  });
}

Deno.test("cache.set() keeps a value as a call would, and no run that began before it takes its place", async () => {
  for (const cacheBackend of ["memory", memoryCache()] as const) {
    const clock = new FakeClock();
    const fn = createOpero({ clock }).opero(async (_id: string) => {
      await clock.sleep(10);
      return "run";
    }, { cache: true, cacheTtl: "1s", cacheBackend, cacheId: "load" });
    const running = fn("a");
    await fn.cache.set("set", "a");
    await clock.tick("10ms");
    assertEquals([await running, await fn("a"), await fn.cache.get("a")], ["run", "set", "set"]);
    await clock.tick("1s");
    assertEquals([await fn.cache.has("a"), fn.cache.stats().writes], [false, 1]);
  }
});

Deno.test("cache.set() rejects where there is no cache, or the value is too large for it", async () => {
  using _ = quiet();
  const { opero } = createOpero();
  const off = opero(function load() {
    return "";
  });
  assertEquals(
    (await assertRejects(() => off.cache.set("x"), CacheError)).message,
    'Cannot set a value in the cache of "load" as it has none: wrap it with cache: true',
  );
  const small = opero(() => "", { cache: true, cacheBackendConfig: { maxBytes: 100 } });
  await assertRejects(() => small.cache.set("x".repeat(100)), CacheError);
  assertEquals(small.cache.stats().writes, 0);
});

for (const removal of ["delete", "clear", "clearCache"] as const) {
  Deno.test(`${removal} forgets the runs of another function of the same cacheId`, async () => {
    for (const cacheBackend of ["memory", memoryCache()] as const) {
      const clock = new FakeClock();
      const { opero, clearCache } = createOpero({ clock });
      const make = () =>
        opero(async () => {
          await clock.sleep(10);
          return 1;
        }, { cache: true, cacheId: "shared", cacheBackend });
      const [one, two] = [make(), make()];
      const running = two();
      await clock.tick();
      await (removal === "clearCache" ? clearCache() : one.cache[removal]());
      await clock.tick("10ms");
      await running;
      assertEquals(await two.cache.has(), false);
    }
  });
}

const cacheDir = Deno.makeTempDirSync();
const STORES: Record<string, () => CacheBackend> = {
  "disk": () => diskCache({ cacheDir: `${cacheDir}/${crypto.randomUUID()}` }),
  "two tiers": () => tiered(memoryCache(), diskCache({ cacheDir: `${cacheDir}/${crypto.randomUUID()}` })),
  ...("openKv" in Deno ? { "kv": () => kvCache({ path: ":memory:" }) } : {}),
};

for (const [name, open] of Object.entries(STORES)) {
  Deno.test(`cache.delete() and clear() of ${name} are not undone by a write of 1 MB that is under way`, async () => {
    const cacheBackend = open();
    for (const removal of ["delete", "clear"] as const) {
      for (let wait = 0; wait < 10; wait++) {
        const { opero } = createOpero();
        const fn = opero((_id: number) => "x".repeat(1_000_000), { cache: true, cacheBackend, cacheId: removal });
        const running = fn(wait);
        await new Promise((resolve) => setTimeout(resolve, wait / 2));
        await (removal === "delete" ? fn.cache.delete(wait) : fn.cache.clear());
        await running;
        await new Promise((resolve) => setTimeout(resolve, 20));
        assertEquals(await fn.cache.has(wait), false, `${removal} after ${wait / 2} ms`);
      }
    }
    await cacheBackend.close?.();
  });
}

globalThis.addEventListener("unload", () => Deno.removeSync(cacheDir, { recursive: true }));

Deno.test("tiered() does not copy what was read while it was changed", async () => {
  for (const change of ["set", "delete", "clear"] as const) {
    const [first, second] = [memoryCache(), memoryCache()];
    const old: CacheEntry = { value: "old", createdAt: 0, expiresAt: Infinity, staleUntil: Infinity };
    await second.set("key", old);
    const gate = Promise.withResolvers<void>();
    const slow: CacheBackend = {
      get: (key) => second.get(key),
      set: async (key, entry) => (await gate.promise, await second.set(key, entry)),
      delete: async (key) => (await gate.promise, await second.delete(key)),
      clear: async (prefix) => (await gate.promise, await second.clear(prefix)),
    };
    const cache = tiered(first, slow);
    const changing = change === "set"
      ? cache.set("key", { ...old, value: "new" })
      : change === "delete"
      ? cache.delete("key")
      : cache.clear("k");
    if (change === "set") await first.delete("key");
    assertEquals((await cache.get("key"))?.value, "old");
    gate.resolve();
    await changing;
    assertEquals(await first.get("key"), undefined);
  }
});

Deno.test("cache does not keep what an older run comes to after a newer one with limits of its own", async () => {
  const clock = new FakeClock();
  const tooksMs = [20, 10];
  let runs = 0;
  const fn = createOpero({ clock }).opero(async () => {
    const run = ++runs;
    await clock.sleep(tooksMs[run - 1]!);
    return run;
  }, { cache: true });
  const calls = [fn(), fn.with({ deadline: "1m" })()];
  await clock.tick("20ms");
  assertEquals([await Promise.all(calls), await fn.cache.get()], [[1, 2], 2]);
});

Deno.test("cache does not even write what was forgotten while its write waited for another", async () => {
  const clock = new FakeClock();
  const written: unknown[] = [];
  const memory = memoryCache();
  const cacheBackend: CacheBackend = {
    get: (key) => memory.get(key),
    set: async (key, entry) => {
      written.push(entry.value);
      await clock.sleep(10);
      await memory.set(key, entry);
    },
    delete: (key) => memory.delete(key),
    clear: (prefix) => memory.clear(prefix),
  };
  const fn = createOpero({ clock }).opero(() => "run", { cache: true, cacheBackend });
  const first = fn.cache.set("first");
  const running = fn();
  await clock.tick();
  const second = fn.cache.set("second");
  await clock.tick("1s");
  await Promise.all([first, running, second]);
  assertEquals([written, await fn.cache.get()], [["first", "second"], "second"]);
});
