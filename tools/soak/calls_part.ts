import { createOpero, diskCache, memoryCache, sqliteCache, tiered } from "@opero/core";
import { redisCache } from "@opero/core/redis";
import {
  answerTo,
  argumentCount,
  AT_ONCE,
  CALLS_A_ROUND,
  FRESH_SECONDS,
  isCancelled,
  STALE_SECONDS,
  workOf,
} from "./call_plan.ts";
import { KilledRedis } from "./killed_redis.ts";
import { Pace } from "./pace.ts";
import type { SoakPart, SoakRates, SoakTally } from "./soak_part.ts";

/** Calls through tiers of caches, a rate limit, retries, fallbacks and aborts, while redis is killed now and then. */
export async function callsPart(tally: SoakTally, { callsPerSecond }: SoakRates): Promise<SoakPart> {
  const folder = await Deno.makeTempDir({ prefix: "opero-soak-" });
  const redis = await KilledRedis.start();
  const instance = createOpero({ minDelay: "5ms", maxDelay: "50ms" });
  const store = redis === undefined ? diskCache({ cacheDir: `${folder}/disk` }) : redisCache({ url: redis.url });
  const tiers = tiered(memoryCache({ maxEntries: 500 }), tiered(sqliteCache({ path: `${folder}/cache.db` }), store));
  let runs = 0;
  const load = instance.opero(async (id: number, _keys: readonly string[]) => {
    await workOf(++runs);
    return answerTo(id);
  }, {
    cache: true,
    cacheId: "load",
    cacheBackend: tiers,
    cacheTtl: FRESH_SECONDS,
    cacheStale: STALE_SECONDS,
    rateLimit: { limit: 2_000, burst: 10 },
    argFallback: 1,
    timeout: "5s",
    retries: 5,
  });
  const pace = new Pace(callsPerSecond);
  const ids = argumentCount(callsPerSecond);
  let next = 0;

  async function call(): Promise<void> {
    const id = next++ % ids;
    tally.calls.begun++;
    const controller = new AbortController();
    const value = load.with({ signal: controller.signal })(id, ["one", "two"]);
    if (isCancelled(id)) queueMicrotask(() => controller.abort(new Error("aborted by its caller")));
    await value.then(
      ({ id: found, text }) => {
        if (found !== id || text.length !== id % 500) tally.wrong.push(`call ${id} was given the value of ${found}`);
      },
      (error) => {
        if (!isCancelled(id)) tally.wrong.push(`call ${id} failed: ${error}`);
      },
    );
    tally.calls.done++;
  }

  return {
    async round() {
      if (await redis?.killInTime()) tally.faults++;
      for (let begun = 0; begun < CALLS_A_ROUND; begun += AT_ONCE) {
        await pace.turn(AT_ONCE);
        await Promise.all(Array.from({ length: AT_ONCE }, call));
      }
    },
    async close() {
      await instance.close();
      await tiers.close?.();
      await redis?.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
