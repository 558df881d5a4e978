import { createOpero, diskCache, memoryCache, sqliteCache, tiered } from "@opero/core";
import { redisCache } from "@opero/core/redis";
import { hasRedisServer, RedisServer } from "../../tests/support/redis_server.ts";
import { Pace } from "./pace.ts";
import type { SoakPart, SoakRates, SoakTally } from "./soak_part.ts";

const AT_ONCE = 50;
const CALLS_A_ROUND = 300;
/** After so many calls an argument comes again; at a pace it finds an entry that is fresh three times, then stale. */
const MAX_ARGUMENTS = 20_000;
const SECONDS_TO_SAME_ARGUMENT = 7;
const KILL_EVERY_MS = 30_000;

/** Calls through tiers of caches, a rate limit, retries, fallbacks and aborts, while redis is killed now and then. */
export async function callsPart(tally: SoakTally, { callsPerSecond }: SoakRates): Promise<SoakPart> {
  const folder = await Deno.makeTempDir({ prefix: "opero-soak-" });
  const redis = hasRedisServer ? await RedisServer.start() : undefined;
  const instance = createOpero({ minDelay: "5ms", maxDelay: "50ms" });
  const store = redis === undefined ? diskCache({ cacheDir: `${folder}/disk` }) : redisCache({ url: redis.url });
  const tiers = tiered(memoryCache({ maxEntries: 500 }), tiered(sqliteCache({ path: `${folder}/cache.db` }), store));
  let runs = 0;
  const load = instance.opero(async (id: number, _keys: readonly string[]) => {
    runs++;
    if (runs % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    if (runs % 50 === 0) throw new Error("busy");
    return { id, text: "x".repeat(id % 500) };
  }, {
    cache: true,
    cacheId: "load",
    cacheBackend: tiers,
    cacheTtl: "20s",
    cacheStale: "5s",
    rateLimit: { limit: 2_000, burst: 10 },
    argFallback: 1,
    timeout: "5s",
    retries: 5,
  });
  const pace = new Pace(callsPerSecond);
  const ids = Math.min(MAX_ARGUMENTS, Math.ceil(SECONDS_TO_SAME_ARGUMENT * callsPerSecond));
  let next = 0;
  let killedMs = performance.now();

  async function call(): Promise<void> {
    const id = next++ % ids;
    tally.calls.begun++;
    const isAborted = id % 40 === 0;
    const controller = new AbortController();
    const value = load.with({ signal: controller.signal })(id, ["one", "two"]);
    if (isAborted) queueMicrotask(() => controller.abort(new Error("aborted by its caller")));
    await value.then(
      ({ id: found, text }) => {
        if (found !== id || text.length !== id % 500) tally.wrong.push(`call ${id} was given the value of ${found}`);
      },
      (error) => {
        if (!isAborted) tally.wrong.push(`call ${id} failed: ${error}`);
      },
    );
    tally.calls.done++;
  }

  async function killRedis(): Promise<void> {
    if (redis === undefined || performance.now() - killedMs < KILL_EVERY_MS) return;
    killedMs = performance.now();
    tally.faults++;
    await redis.kill();
    setTimeout(() => void redis.restart(), 2_000);
  }

  return {
    async round() {
      await killRedis();
      for (let begun = 0; begun < CALLS_A_ROUND; begun += AT_ONCE) {
        await pace.turn(AT_ONCE);
        await Promise.all(Array.from({ length: AT_ONCE }, call));
      }
    },
    async close() {
      await instance.close();
      await tiers.close?.();
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      await redis?.[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
