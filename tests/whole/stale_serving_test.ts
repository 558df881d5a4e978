/** Serving a value past its time: the same wherever results are kept, and no storm on a source that is down. */
import { assert, assertEquals } from "@std/assert";
import { type CacheBackend, createOpero, diskCache, kvCache, memoryCache, sqliteCache, tiered } from "@opero/core";
import { until } from "../support/until.ts";
import { FakeClock } from "@opero/core/testing";
import { RefreshPace } from "../../src/cache/results/refresh_pace.ts";

const DOWN = new Error("down");
const cacheDir = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(cacheDir, { recursive: true }));

/** A backend whose answers take a turn or two. */
function later(cache: CacheBackend): CacheBackend {
  return {
    get: async (key) => (await undefined, await cache.get(key)),
    set: async (key, entry) => (await undefined, await cache.set(key, entry)),
    delete: async (key) => (await undefined, await cache.delete(key)),
    clear: async (prefix) => (await undefined, await cache.clear(prefix)),
  };
}

const PLACES: Record<string, () => "memory" | CacheBackend> = {
  "memory": () => "memory",
  "memoryCache()": () => memoryCache(),
  "an asynchronous backend": () => later(memoryCache()),
  "tiered()": () => tiered(memoryCache(), later(memoryCache())),
  "diskCache()": () => diskCache({ cacheDir: `${cacheDir}/${crypto.randomUUID()}` }),
  "sqliteCache()": () => sqliteCache({ path: ":memory:" }),
  ...("openKv" in Deno ? { "kvCache()": () => kvCache({ path: ":memory:" }) } : {}),
};

for (const [name, open] of Object.entries(PLACES)) {
  Deno.test(`cacheStale serves all at once from ${name} while one refresh runs, with limits of their own too`, async () => {
    const clock = new FakeClock();
    const cacheBackend = open();
    const { opero } = createOpero({ clock });
    let runs = 0;
    let tookMs = 0;
    const forecast = opero(async (_city: string) => {
      const run = ++runs;
      if (tookMs > 0) await clock.sleep(tookMs);
      return run;
    }, { cache: true, cacheTtl: "1s", cacheStale: "1h", cacheBackend, cacheId: "forecast" });
    // Some of the backends are real: their answers take turns that no clock counts.
    const settled = async <T>(promise: Promise<T>) => {
      let isDone = false;
      promise.finally(() => isDone = true).catch(() => {});
      await until(async () => {
        await clock.tick();
        return isDone;
      });
      return await promise;
    };
    assertEquals(await settled(forecast("turin")), 1);
    await clock.tick("1s");
    tookMs = 10_000;
    for (let reader = 0; reader < 3; reader++) assertEquals(await settled(forecast("turin")), 1);
    assertEquals(await settled(forecast.with({ deadline: "1m" })("turin")), 1);
    assertEquals([runs, forecast.cache.stats().stale], [2, 4]);
    if (typeof cacheBackend !== "string") await cacheBackend.close?.();
  });

  Deno.test(`cacheStale and cacheStaleIfError ask a source that is down less and less from ${name}`, async () => {
    for (const grace of ["cacheStale", "cacheStaleIfError"] as const) {
      const clock = new FakeClock();
      const cacheBackend = open();
      const { opero } = createOpero({ clock, random: () => 0.5, retries: 0, minDelay: 0, maxDelay: 0 });
      let asked = 0;
      let isDown = false;
      const quote = opero(() => {
        asked++;
        if (isDown) throw DOWN;
        return "quote";
      }, { cache: true, cacheTtl: "1s", [grace]: "1h", cacheBackend, cacheId: `quote ${grace}` });
      const call = async () => {
        const quoted = quote();
        for (let turn = 0; turn < 10; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
        return await quoted;
      };
      await call();
      await clock.tick("1s");
      isDown = true;
      for (let tenth = 0; tenth < 100; tenth++) {
        assertEquals(await call(), "quote");
        await clock.tick("100ms");
      }
      // As often as every second at the most, once the gaps have grown.
      assert(asked >= 5 && asked <= 18, `${grace}: asked ${asked} times in 10 s`);
      if (typeof cacheBackend !== "string") await cacheBackend.close?.();
    }
  });
}

Deno.test("cacheStale serves a new value again once the source is back and the gap is over", async () => {
  const clock = new FakeClock();
  const { opero } = createOpero({ clock, retries: 0, jitter: "none", minDelay: "1s" });
  const steps: (string | Error)[] = ["old", DOWN, "new"];
  const quote = opero(() => {
    const step = steps.shift()!;
    if (step instanceof Error) throw step;
    return step;
  }, { cache: true, cacheTtl: "1s", cacheStaleIfError: "1h" });
  assertEquals(await quote(), "old");
  await clock.tick("1s");
  assertEquals(await quote(), "old");
  await clock.tick("999ms");
  assertEquals(await quote(), "old");
  await clock.tick("1ms");
  assertEquals(await quote(), "new");
});

const BACKOFF = {
  minDelayMs: 100,
  maxDelayMs: 1_000,
  backoffFactor: 2,
  jitter: "none",
  maxRetryAfterMs: 60_000,
} as const;

Deno.test("RefreshPace waits longer after each failure, up to its bound, and anew after a success", () => {
  const gapsMs: number[] = [];
  const now = { nowMs: 0 };
  const pace = new RefreshPace(BACKOFF, 0, { now: () => now.nowMs, wallNow: () => 0 } as never, () => 0.5);
  for (let failure = 0; failure < 6; failure++) {
    pace.recordFailure("key", DOWN);
    const sinceMs = now.nowMs;
    while (!pace.mayTry("key")) now.nowMs++;
    gapsMs.push(now.nowMs - sinceMs);
  }
  pace.forget("key");
  pace.recordFailure("key", DOWN);
  assertEquals(gapsMs, [100, 200, 400, 800, 1_600, 2_000]);
  now.nowMs += 99;
  assertEquals([pace.mayTry("key"), pace.mayTry("other")], [false, true]);
  now.nowMs += 1;
  assert(pace.mayTry("key"));
});

Deno.test("RefreshPace waits as long as the source asks for, within maxRetryAfter", () => {
  const now = { nowMs: 0 };
  const pace = new RefreshPace(BACKOFF, 0, { now: () => now.nowMs, wallNow: () => 0 } as never, () => 0.5);
  for (const [retryAfter, waitMs] of [[5, 5_000], [3_600, 60_000]] as const) {
    pace.recordFailure("key", Object.assign(new Error("busy"), { retryAfter }));
    now.nowMs += waitMs - 1;
    assertEquals(pace.mayTry("key"), false);
    now.nowMs += 1;
    assertEquals(pace.mayTry("key"), true);
  }
});
