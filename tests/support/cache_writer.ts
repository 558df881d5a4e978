/**
 * A process of its own that writes to a cache and reads from it: `cache_writer.ts <disk|sqlite|both> <directory> <seed> <rounds>`. It ends
 * with what has failed and what was read that nobody wrote. Without `rounds` it goes on until it is killed.
 */
import type { CacheBackend, CacheEntry } from "../../src/cache/backend/cache_backend.ts";
import { diskCache } from "../../src/cache/disk/disk_cache.ts";
import { sqliteCache } from "../../src/cache/sqlite/sqlite_cache.ts";
import { seededRandom } from "../../src/testing/seeded_random.ts";

/** The keys that all writers share: those of the engine, and some that are not. */
export const WRITER_KEYS: readonly string[] = Array.from(
  { length: 12 },
  (_, i) => i % 4 === 0 ? `../${i}` : ["ab", "cd", String(i % 10)].map((part) => part.padStart(64, "0")).join("."),
);

/** The value that a writer keeps under a key; who reads it can tell whether it is whole. */
export function writerEntry(key: string, n: number): CacheEntry {
  const value = { key, n, filler: String(n % 10).repeat(n * 7_919 % 20_000), at: new Date(n) };
  return { value, createdAt: n, expiresAt: Infinity, staleUntil: Infinity };
}

/** Whether `entry` is one that a writer kept under `key`. */
export function isWriterEntry(key: string, entry: CacheEntry): boolean {
  const { n, key: written, filler, at } = entry.value as { n: number; key: string; filler: string; at: Date };
  return written === key && entry.createdAt === n && at.getTime() === n &&
    filler === String(n % 10).repeat(n * 7_919 % 20_000);
}

/** The backends that writers use in `directory`. */
export function openWriterCaches(kind: string, directory: string): CacheBackend[] {
  const caches: CacheBackend[] = [];
  if (kind !== "sqlite") caches.push(diskCache({ cacheDir: `${directory}/disk` }));
  if (kind !== "disk") caches.push(sqliteCache({ path: `${directory}/cache.sqlite` }));
  return caches;
}

async function useOnce(
  cache: CacheBackend,
  random: () => number,
  tally: { failed: number; wrong: number },
): Promise<void> {
  const key = WRITER_KEYS[Math.floor(random() * WRITER_KEYS.length)]!;
  try {
    await cache.set(key, writerEntry(key, Math.floor(random() * 1_000_000)));
    const found = await cache.get(key);
    if (found !== undefined && !isWriterEntry(key, found)) tally.wrong++;
    if (random() < 0.05) await cache.delete(key);
    if (random() < 0.005) await cache.clear(key.slice(0, 65));
  } catch (error) {
    if (tally.failed++ === 0) console.error(error);
  }
}

if (import.meta.main) {
  const [kind, directory, seed, rounds = "Infinity"] = Deno.args as [string, string, string, string?];
  const random = seededRandom(Number(seed));
  const caches = openWriterCaches(kind, directory);
  const tally = { failed: 0, wrong: 0 };
  for (let round = 0; round < Number(rounds); round++) {
    for (const cache of caches) await useOnce(cache, random, tally);
    if (round === 0) console.log("started");
  }
  for (const cache of caches) await cache.close?.();
  console.log(JSON.stringify(tally));
}
