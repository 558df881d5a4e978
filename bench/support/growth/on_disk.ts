import { diskCache, sqliteCache } from "@opero/core";
import type { CacheBackend } from "@opero/core";
import { type Growing, nsEach, powersOfTen } from "./grown.ts";
import { longestBlockMs } from "./loop_watch.ts";

const READS = 5_000;
const SWEEP_WRITES = 1_000;
const VALUE = { id: 12_345, name: "Ada Lovelace", text: "x".repeat(57) };
const KEPT_MS = 3_600_000;

/** What is stored first is past its time when the sweep runs. */
function entryOf(isFresh: boolean) {
  const createdAt = Date.now() - 2 * KEPT_MS;
  const expiresAt = isFresh ? Date.now() + KEPT_MS : createdAt + KEPT_MS;
  return { value: VALUE, createdAt, expiresAt, staleUntil: expiresAt };
}

const keyAt = (n: number): string => `user-${n}`;

async function growStore(open: (path: string) => CacheBackend, size: number, usedBytes: (path: string) => number) {
  const path = `${Deno.makeTempDirSync()}/cache`;
  const cache = open(path);
  const write = async (to: number, isFresh: boolean, atOnce: number) => {
    for (let n = 0; n < to; n++) {
      await cache.set(keyAt(n), entryOf(isFresh));
      if (n % atOnce === 0) await new Promise((resolve) => setTimeout(resolve));
    }
  };
  const set = await nsEach(size, () => write(size, true, 1_000));
  const bytes = usedBytes(path) / size;
  const reads = Math.min(size, READS);
  const get = await nsEach(reads, async () => {
    for (let n = 0; n < reads; n++) await cache.get(keyAt(n * 7_919 % size));
  });
  const sweep = await longestBlockMs(async () => {
    // The writes are the caller's own, so there is a turn of the loop after every few.
    await write(Math.min(size, SWEEP_WRITES), false, 4);
    await new Promise((resolve) => setTimeout(resolve, 500));
  });
  const clear = await longestBlockMs(() => cache.clear(""));
  await cache.close?.();
  Deno.removeSync(path.replace(/\/cache$/, ""), { recursive: true });
  return { times: { set, get }, bytes, blocks: { sweep, clear } };
}

function bytesBelow(path: string): number {
  const facts = Deno.statSync(path);
  if (!facts.isDirectory) return facts.blocks! * 512;
  return [...Deno.readDirSync(path)].reduce((sum, { name }) => sum + bytesBelow(`${path}/${name}`), 0);
}

function databaseBytes(path: string): number {
  return Deno.statSync(path).size;
}

/** What grows on the disk. */
export const ON_DISK: readonly Growing[] = [
  {
    title: "rows of sqlite",
    sizes: powersOfTen(3, 6),
    grow: (size) => growStore((path) => sqliteCache({ path }), size, databaseBytes),
  },
  {
    title: "files of disk",
    sizes: powersOfTen(3, 5),
    grow: (size) => growStore((cacheDir) => diskCache({ cacheDir }), size, bytesBelow),
  },
];
