/**
 * A process that calls a function with `cacheLock`: `locked_caller.ts <place> <json>`, where the place is the URL of a Redis
 * server or the path of an sqlite file. It prints a line when it is ready, begins when it is sent one, and prints what has
 * happened. Each execution of the function adds a line to a file.
 */
import { createOpero } from "../../mod.ts";
import { redisCache } from "../../redis.ts";
import { sqliteCache } from "../../src/cache/sqlite/sqlite_cache.ts";

/** What a caller does. */
export interface LockedCall {
  /** The file that each execution is recorded in: the key, and the name of the process. */
  readonly record: string;
  readonly name: string;
  readonly calls: number;
  readonly keys: number;
  /** How long the function takes, in milliseconds. */
  readonly tookMs: number;
  readonly lease: `${number}s`;
  readonly isLocked: boolean;
}

/** What has come of it. */
export interface LockedReport {
  readonly failed: number;
  /** Results that are not what a process has made of the key. */
  readonly wrong: number;
  readonly stats: { readonly misses: number; readonly writes: number; readonly errors: number };
  /** When its last call was served, in milliseconds since it began. */
  readonly lastMs: number;
}

if (import.meta.main) {
  const [place, json] = Deno.args as [string, string];
  const { record, name, calls, keys, tookMs, lease, isLocked } = JSON.parse(json) as LockedCall;
  const cacheBackend = place.startsWith("redis:") ? redisCache({ url: place }) : sqliteCache({ path: place });
  const { opero } = createOpero();
  // Limits that no machine is too slow for.
  const patience = { cacheTimeout: "1m", connectTimeout: "1m" } as const;
  const load = opero(async function load(key: string) {
    await Deno.writeTextFile(record, `${key} ${name}\n`, { append: true });
    await new Promise((resolve) => setTimeout(resolve, tookMs));
    return `value of ${key}`;
  }, { cache: true, cacheBackend, ...patience, cacheLock: isLocked && { lease, maxWait: "5m" } });
  // What is loaded and opened at the first call is there before the race.
  await load.cache.get("warm");
  console.log("ready");
  const stdin = Deno.stdin.readable.getReader();
  await stdin.read();
  const startedMs = performance.now();
  let [failed, wrong, lastMs] = [0, 0, 0];
  await Promise.all(Array.from({ length: calls }, async (_, i) => {
    const key = `key ${i % keys}`;
    try {
      if (await load(key) !== `value of ${key}`) wrong++;
    } catch {
      failed++;
    }
    lastMs = performance.now() - startedMs;
  }));
  const { misses, writes, errors } = load.cache.stats();
  console.log(JSON.stringify({ failed, wrong, stats: { misses, writes, errors }, lastMs } satisfies LockedReport));
  await stdin.cancel();
  await cacheBackend.close?.();
}
