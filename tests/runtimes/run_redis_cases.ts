/**
 * Runs the conformance suite over the cache of the Redis server that the argument names, and the engine over the same
 * by its name. Prints a line of JSON for each test, and has to end by itself.
 */
import { createOpero } from "@opero/core";
import { redisCache } from "@opero/core/redis";
import { testCacheBackend } from "@opero/core/testing";
import { deepEqual } from "node:assert/strict";

// Limits that no test machine is too slow for: loading the client is part of the first call.
const config = { url: process.argv[2]!, connectTimeout: "1m", replyTimeout: "1m" } as const;
const tests: { name: string; run: () => Promise<void> }[] = [];
testCacheBackend((store) => redisCache({ ...config, keyPrefix: `${store}:` }), {
  test: (name, run) => tests.push({ name, run }),
  name: "redis",
  isPersistent: true,
  keepsEverything: true,
  hasLocks: true,
});

async function countRuns(): Promise<number> {
  let runs = 0;
  const { opero } = createOpero();
  const options = { cache: true, cacheBackend: "redis", cacheBackendConfig: config, cacheTimeout: "1m" } as const;
  const dated = opero((id: string) => (runs++, { id, seen: new Date(0) }), { ...options, cacheId: "dated" });
  for (let calls = 0; calls < 2; calls++) deepEqual(await dated("ada"), { id: "ada", seen: new Date(0) });
  return runs;
}

tests.push({
  name: "redis is known to opero() by its name, and is left open without holding up the end of the program",
  run: async () => deepEqual([await countRuns(), await countRuns()], [1, 0]),
});

for (const { name, run } of tests) {
  const failure = await run().then(() => undefined, (error) => `${error?.stack}\n${error?.cause?.stack}`);
  console.log(JSON.stringify({ name, failure }));
}
