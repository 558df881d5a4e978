import type { CacheBackend } from "../../../src/cache/backend/cache_backend.ts";
import { decodeEntry } from "../../../src/cache/codec/cache_codec.ts";
import { placeOf } from "../../../src/cache/disk/disk_place.ts";
import { isNightly } from "../../support/runs.ts";
import { printSeed } from "../../support/seed.ts";
import { isWriterEntry, openWriterCaches, WRITER_KEYS, writerEntry } from "../../support/cache_writer.ts";
import { startWriter } from "../../support/start_writer.ts";
import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../../src/testing/seeded_random.ts";

const KILLS = isNightly ? 3_500 : 150;
/** So many are killed between two looks: what a kill takes is the start of a process, and these overlap. */
const KILLED_AT_ONCE = 8;
/** A writer is killed so many milliseconds, or fewer, after its first round. */
const MAX_LIFE_MS = 40;

Deno.test(`diskCache() and sqliteCache() keep whole entries or none when writers are killed ${KILLS} times`, async () => {
  const random = seededRandom(printSeed());
  const directory = await Deno.makeTempDir();
  let found = 0;
  for (let kills = 0; kills < KILLS; kills += KILLED_AT_ONCE) {
    await Promise.all(Array.from({ length: KILLED_AT_ONCE }, () => killWriter(directory, random)));
    found += await countWhole(directory);
  }
  assert(found > 0, "no file is where it is looked for");
  const passing = [...Deno.readDirSync(`${directory}/disk/passing`)];
  assert(passing.length <= KILLS * 2);
  await Deno.remove(directory, { recursive: true });
});

async function killWriter(directory: string, random: () => number): Promise<void> {
  const [seed, lifeMs] = [Math.floor(random() * 2 ** 31), random() * MAX_LIFE_MS];
  const writer = startWriter("both", directory, String(seed));
  const reader = writer.stdout.getReader();
  await reader.read();
  await new Promise((resolve) => setTimeout(resolve, lifeMs));
  writer.kill("SIGKILL");
  while (!(await reader.read()).done);
  await writer.status;
}

/** How many entries there are in files, each of which is whole, as all is that the caches answer. */
async function countWhole(directory: string): Promise<number> {
  let found = 0;
  for (const key of WRITER_KEYS) {
    const { directory: parts, name, label } = placeOf(key);
    const inner = parts.replaceAll(".", "/");
    const text = await Deno.readTextFile(`${directory}/disk/${inner}/${name}`).catch(() => undefined);
    // A torn file would be a miss for the cache; here it is looked at as it is.
    const entry = text && decodeEntry(key, text.slice(0, text.length - label.length));
    assert(text === undefined || (entry && isWriterEntry(key, entry)), "a file must be whole");
    if (entry !== undefined) found++;
  }
  for (const cache of openWriterCaches("both", directory)) await assertUsable(cache);
  return found;
}

async function assertUsable(cache: CacheBackend): Promise<void> {
  for (const key of WRITER_KEYS) {
    const entry = await cache.get(key);
    assert(entry === undefined || isWriterEntry(key, entry), "an entry must be whole");
  }
  const entry = writerEntry(WRITER_KEYS[0]!, 1);
  await cache.set(WRITER_KEYS[0]!, entry);
  assertEquals(await cache.get(WRITER_KEYS[0]!), entry);
  await cache.close?.();
}
