/**
 * Memory before Redis: what this process knows is answered at once, what another one knows by Redis, and the rest by
 * the function. Run it twice, with a Redis at REDIS_URL or on this machine:
 *
 * deno run --allow-net --allow-env=REDIS_URL examples/redis_cache.ts
 */
import { createOpero, memoryCache, tiered } from "@opero/core";
import { redisCache } from "@opero/core/redis";

const shared = redisCache({ url: Deno.env.get("REDIS_URL") ?? "redis://127.0.0.1:6379", keyPrefix: "example:" });
await using instance = createOpero({ cacheBackend: tiered(memoryCache(), shared) });

const slowSquare = instance.opero(async (n: number) => {
  await new Promise((resolve) => setTimeout(resolve, 100));
  return n * n;
}, {
  cache: true,
  cacheTtl: "1m",
  cacheId: "slowSquare", // what tells the next process that it is the same function
  cacheTimeout: "5s", // the first call waits for the connection; by default a quarter of a second
});

for (const n of [3, 4, 3]) {
  const { value, meta } = await slowSquare.withMeta(n);
  console.log(`${n} * ${n} = ${value} (${meta.cache})`);
}
await shared.close?.();
