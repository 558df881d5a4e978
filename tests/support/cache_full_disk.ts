/**
 * A process whose files may not grow past a limit: `cache_full_disk.ts <directory>`. It writes more than fits, and
 * prints what every write and the reads after them came to.
 */
import { diskCache } from "../../src/cache/disk/disk_cache.ts";
import { sqliteCache } from "../../src/cache/sqlite/sqlite_cache.ts";

const [directory] = Deno.args as [string];
const caches = {
  disk: diskCache({ cacheDir: `${directory}/disk` }),
  sqlite: sqliteCache({ path: `${directory}/x.sqlite` }),
};

for (const [name, cache] of Object.entries(caches)) {
  const tally = { kept: 0, refused: 0, wrong: 0 };
  for (let i = 0; i < 20; i++) {
    const value = String(i).repeat(i < 3 ? 10 : 60_000);
    const entry = { value, createdAt: i, expiresAt: Infinity, staleUntil: Infinity };
    const isKept = await Promise.resolve().then(() => cache.set(`key${i}`, entry)).then(() => true, () => false);
    const found = await Promise.resolve().then(() => cache.get(`key${i}`)).catch(() => undefined);
    if (isKept ? found?.value !== value : found !== undefined) tally.wrong++;
    tally[isKept ? "kept" : "refused"]++;
  }
  await cache.close?.();
  console.log(JSON.stringify({ name, ...tally }));
}
