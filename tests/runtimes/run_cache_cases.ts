/** Runs the conformance suite over the caches of this runtime's files, and prints a line of JSON for each test. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { diskCache, memoryCache, sqliteCache } from "@opero/core";
import { type CacheConformanceOptions, testCacheBackend } from "@opero/core/testing";

const directory = mkdtempSync(`${tmpdir()}/opero-cases-`);
const tests: { name: string; run: () => Promise<void> }[] = [];
const options: CacheConformanceOptions = { test: (name, run) => tests.push({ name, run }), keepsEverything: true };

testCacheBackend((store) => diskCache({ cacheDir: `${directory}/${store}` }), {
  ...options,
  name: "disk",
  isPersistent: true,
});
testCacheBackend((store) => sqliteCache({ path: `${directory}/${store}.sqlite` }), {
  ...options,
  name: "sqlite",
  isPersistent: true,
  hasLocks: true,
});
testCacheBackend(() => memoryCache(), { ...options, name: "memory" });

tests.push({
  name: "sqlite makes files for its user alone",
  run: async () => {
    const cache = sqliteCache({ path: `${directory}/modes.sqlite` });
    await cache.set("key", { value: 1, createdAt: 1, expiresAt: Infinity, staleUntil: Infinity });
    for (const suffix of ["", "-wal", "-shm"]) {
      if ((statSync(`${directory}/modes.sqlite${suffix}`).mode & 0o777) !== 0o600) throw new Error(`${suffix} is open`);
    }
    await cache.close?.();
  },
});

for (const { name, run } of tests) {
  const failure = await run().then(() => undefined, (error) => `${error?.stack}\n${error?.cause?.stack}`);
  console.log(JSON.stringify({ name, failure }));
}
rmSync(directory, { recursive: true });
