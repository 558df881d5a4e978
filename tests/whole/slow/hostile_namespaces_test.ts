/** Namespaces and ids are the users' texts: whatever is in them, each is its own, over restarts too. */
import { diskCache } from "../../../src/cache/disk/disk_cache.ts";
import { kvCache } from "../../../src/cache/kv/kv_cache.ts";
import { sqliteCache } from "../../../src/cache/sqlite/sqlite_cache.ts";
import { HOSTILE_KEYS } from "../../../src/testing/conformance/key_checks.ts";
import { type CacheBackend, createOpero } from "../../../mod.ts";
import { runs } from "../../support/runs.ts";
import { printSeed } from "../../support/seed.ts";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";

const OPENERS: Readonly<Record<string, (directory: string) => CacheBackend>> = {
  diskCache: (directory) => diskCache({ cacheDir: `${directory}/a/cache` }),
  sqliteCache: (directory) => sqliteCache({ path: `${directory}/cache.sqlite` }),
  kvCache: (directory) => kvCache({ path: `${directory}/cache.kv` }),
};

/** Texts that are no name anybody would think of; no two are the same. */
function hostileTexts(seed: number): string[] {
  const generated = fc.sample(fc.string({ unit: "binary", minLength: 1 }), { seed, numRuns: runs(50) });
  return [...new Set([...HOSTILE_KEYS.filter((key) => key !== ""), ...generated])];
}

/** A function for each text, whose option `name` it is, in a process that has just begun. */
function startOver(cacheBackend: CacheBackend, name: "cacheNamespace" | "cacheId", texts: readonly string[]) {
  const { opero, clearCache, close } = createOpero();
  const ran: number[] = [];
  const fns = texts.map((text, i) => {
    const run = () => (ran.push(i), i);
    return opero(run, { cache: true, cacheBackend, cacheTimeout: "1m", cacheId: "one", [name]: text });
  });
  return { fns, ran, clearCache, close };
}

for (const [backend, open] of Object.entries(OPENERS)) {
  for (const name of ["cacheNamespace", "cacheId"] as const) {
    Deno.test(`opero() keeps a result for each ${name} in a ${backend}() however hostile, over a restart too`, async () => {
      const texts = hostileTexts(printSeed());
      const directory = await Deno.makeTempDir();
      for (const isFirst of [true, false]) {
        const cache = open(directory);
        const { fns, ran, clearCache, close } = startOver(cache, name, texts);
        for (const [i, fn] of fns.entries()) assertEquals(await fn(), i);
        assertEquals(ran.length, isFirst ? texts.length : 0);
        if (!isFirst) {
          const cleared = texts.keys().filter((i) => i % 9 === 0).toArray();
          for (const i of cleared) await (name === "cacheId" ? fns[i]!.cache.clear() : clearCache(texts[i]));
          for (const fn of fns) await fn();
          assertEquals(ran, cleared);
        }
        await close();
        await cache.close?.();
      }
      assert([...Deno.readDirSync(directory)].every(({ name }) => name === "a" || name.startsWith("cache.")));
      await Deno.remove(directory, { recursive: true });
    });
  }
}
