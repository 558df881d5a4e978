/** Functions whose instance was closed and which are called again: the backend that they use by its name is opened anew. */
import { assertEquals, assertRejects } from "@std/assert";
import {
  type CacheBackend,
  CacheError,
  close,
  createOpero,
  memoryCache,
  opero,
  registerCacheBackend,
} from "@opero/core";
import { diskCache, sqliteCache, tiered } from "@opero/core";
import "@opero/core/redis";
import { hasRedisServer, PATIENT, RedisServer } from "../support/redis_server.ts";

const server = hasRedisServer ? await RedisServer.start() : undefined;
addEventListener("unload", () => void server?.kill());

let opened = 0;
const kept = new Map<string, CacheBackend>();

/** A user's own, which a close ends for good. */
registerCacheBackend("own", ({ place }) => {
  opened++;
  const entries = kept.get(place as string) ?? memoryCache();
  kept.set(place as string, entries);
  let isClosed = false;
  const open = () => {
    if (isClosed) throw new Error("closed");
    return entries;
  };
  return {
    get: (key) => open().get(key),
    set: (key, entry) => open().set(key, entry),
    delete: (key) => open().delete(key),
    clear: (prefix) => open().clear(prefix),
    close: () => void (isClosed = true),
  };
});
registerCacheBackend(
  "both",
  ({ place }) => tiered(sqliteCache({ path: `${place}.sqlite` }), diskCache({ cacheDir: `${place}.d` })),
);

/** What each is opened with, given a directory of its own. */
const CONFIGS: Readonly<Record<string, (directory: string) => Record<string, unknown>>> = {
  memory: () => ({}),
  disk: (directory) => ({ cacheDir: directory }),
  sqlite: (directory) => ({ path: `${directory}/cache.sqlite` }),
  kv: (directory) => ({ path: `${directory}/cache.kv` }),
  redis: (directory) => ({ ...PATIENT, url: server?.url, keyPrefix: directory }),
  own: (directory) => ({ place: directory }),
  both: (directory) => ({ place: `${directory}/cache` }),
};

/** A function whose results are kept in `cacheBackend`, and how often it ran. */
async function cached(make: typeof opero, cacheBackend: string) {
  const directory = await Deno.makeTempDir();
  let runs = 0;
  const fn = make((n: number) => [n, ++runs], {
    cache: true,
    cacheId: "fn",
    cacheBackend,
    cacheBackendConfig: CONFIGS[cacheBackend]!(directory),
  } as object);
  return { fn, directory, runs: () => runs };
}

for (const cacheBackend of Object.keys(CONFIGS)) {
  const ignore = cacheBackend === "redis" && !hasRedisServer;
  Deno.test({
    name: `close() ends the use of ${cacheBackend} until a function is called again`,
    ignore,
    fn: async () => {
      const own = createOpero();
      for (const [make, end] of [[own.opero, own.close], [opero, close]] as const) {
        const { fn, directory, runs } = await cached(make, cacheBackend);
        for (let n = 0; n < 3; n++) {
          assertEquals(await fn(1), [1, 1]);
          assertEquals(await fn(n + 2), [n + 2, n + 2]);
          assertEquals((await fn.withMeta(n + 2)).meta.cache, "hit");
          await end();
        }
        assertEquals(await fn.cache.has(4), true);
        await fn.cache.clear();
        assertEquals([await fn.cache.has(4), runs(), fn.cache.stats().errors], [false, 4, 0]);
        await end();
        await Deno.remove(directory, { recursive: true });
      }
    },
  });
}

Deno.test("close() opens no backend, nor does what was under way at that time", async () => {
  const { opero, close } = createOpero();
  const directory = await Deno.makeTempDir();
  let finish!: () => void;
  const fn = opero(() => new Promise<number>((resolve) => finish = () => resolve(1)), {
    cache: true,
    cacheId: "slow",
    cacheBackend: "own",
    cacheBackendConfig: { place: directory },
  });
  opened = 0;
  const running = fn();
  await new Promise((resolve) => setTimeout(resolve));
  await close();
  await close();
  finish();
  assertEquals([await running, opened], [1, 0]);
  assertEquals([await fn.cache.has(), opened], [false, 1]);
  await close();
  await Deno.remove(directory, { recursive: true });
});

Deno.test("close() is no outage: what it cuts off counts as no failure, and the backend is used again at once", async () => {
  const entries = memoryCache();
  registerCacheBackend("cut off", () => {
    const { promise: closed, reject } = Promise.withResolvers<never>();
    closed.catch(() => {});
    return {
      get: (key) =>
        Promise.race([closed, new Promise<void>((resolve) => setTimeout(resolve, 50))]).then(() => entries.get(key)),
      set: (key, entry) => entries.set(key, entry),
      delete: (key) => entries.delete(key),
      clear: (prefix) => entries.clear(prefix),
      close: () => reject(new Error("closed")),
    };
  });
  const warnings: string[] = [];
  const logger = { debug() {}, info() {}, warning: (line: string) => void warnings.push(line), error() {} };
  const { opero, close } = createOpero({ logger });
  const fn = opero((n: number) => n, { cache: true, cacheBackend: "cut off", cacheId: "fn" });
  await fn(0);
  const cutOff = Promise.all(Array.from({ length: 20 }, (_, n) => fn(n)));
  await close();
  assertEquals((await cutOff).length, 20);
  assertEquals([(await fn.withMeta(0)).meta.cache, fn.cache.stats().errors, warnings], ["hit", 0, []]);
  await close();
});

Deno.test("close() leaves a backend that was passed in as it is, closed by its owner too", async () => {
  const directory = await Deno.makeTempDir();
  const cacheBackend = sqliteCache({ path: `${directory}/cache.sqlite` });
  const { opero, close } = createOpero();
  const fn = opero((n: number) => n, { cache: true, cacheId: "fn", cacheBackend });
  await fn(1);
  await close();
  assertEquals((await fn.withMeta(1)).meta.cache, "hit");
  await cacheBackend.close?.();
  await assertRejects(() => fn.cache.set(1, 1), CacheError);
  await Deno.remove(directory, { recursive: true });
});
