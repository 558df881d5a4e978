import { assertEquals } from "@std/assert";
import { type CacheBackend, memoryCache, type OperoOptions } from "@opero/core";
import { lab, rejectionOf } from "../../support/lab.ts";

/** A backend that answers later, as one beyond the process does. */
function distantCache(): CacheBackend {
  const memory = memoryCache();
  return {
    get: async (key) => {
      await Promise.resolve();
      return await memory.get(key);
    },
    set: (key, entry) => memory.set(key, entry),
    delete: (key) => memory.delete(key),
    clear: (prefix) => memory.clear(prefix),
  };
}

const BACKENDS: Record<string, () => OperoOptions> = {
  "in memory": () => ({}),
  "in a backend that answers at once": () => ({ cacheBackend: memoryCache() }),
  "in a backend that answers later": () => ({ cacheBackend: distantCache() }),
};

for (const [where, options] of Object.entries(BACKENDS)) {
  Deno.test(`calls that come together are told of the same by a cache ${where}: miss, hit, stale, kept error`, async () => {
    const { opero, clock } = lab({ retries: 0 });
    let isDown = false;
    const load = opero((id: string) => {
      if (isDown) throw new Error(`no ${id}`);
      return Promise.resolve(id);
    }, { cache: true, cacheTtl: "10s", cacheStale: "50s", cacheErrors: "5s", cacheId: "load", ...options() });
    const three = async () =>
      (await Promise.all([1, 2, 3].map(() => load.withMeta("a")))).map(({ meta }) => meta.cache);
    assertEquals(await three(), ["miss", "coalesced", "coalesced"]);
    assertEquals(await three(), ["hit", "hit", "hit"]);
    await clock.tick("20s");
    assertEquals(await three(), ["stale", "stale", "stale"]);
    const { hits, misses, stale, coalesced } = load.cache.stats();
    assertEquals({ hits, misses, stale, coalesced }, { hits: 3, misses: 1, stale: 3, coalesced: 2 });
    isDown = true;
    await rejectionOf(load("b"));
    const before = load.cache.stats().hits;
    const errors = await Promise.all([1, 2, 3].map(() => rejectionOf(load("b"))));
    assertEquals([new Set(errors).size, load.cache.stats().hits - before], [1, 3]);
  });
}
