/**
 * A value of 1 KB in SQLite: prepared statements of `node:sqlite` with JSON alone, the cache, and Keyv's store where its native
 * add-on can be loaded.
 */
import { sqliteCache } from "../src/cache/sqlite/sqlite_cache.ts";
import { DatabaseSync } from "node:sqlite";
import { BENCH_KEYS, BENCH_VALUE, entryOf } from "./support/cache_load.ts";

const directory = Deno.makeTempDirSync();
addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));

const raw = new DatabaseSync(`${directory}/raw.sqlite`);
raw.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE raw (key TEXT PRIMARY KEY, value TEXT)");
const rawGet = raw.prepare("SELECT value FROM raw WHERE key = ?");
const rawSet = raw.prepare("INSERT OR REPLACE INTO raw VALUES (?, ?)");
const cache = sqliteCache({ path: `${directory}/cache.sqlite` });
const entry = entryOf(BENCH_VALUE);
for (const key of BENCH_KEYS) {
  rawSet.run(key, JSON.stringify(BENCH_VALUE));
  await cache.set(key, entry);
}

let turn = 0;
const nextKey = () => BENCH_KEYS[turn++ % BENCH_KEYS.length]!;

Deno.bench("raw node:sqlite get and JSON.parse()", { group: "sqlite get", baseline: true }, () => {
  JSON.parse((rawGet.get(nextKey()) as { value: string }).value);
});
Deno.bench("sqliteCache() get", { group: "sqlite get" }, () => void cache.get(nextKey()));

Deno.bench("raw node:sqlite set and JSON.stringify()", { group: "sqlite set", baseline: true }, () => {
  rawSet.run(nextKey(), JSON.stringify(BENCH_VALUE));
});
Deno.bench("sqliteCache() set", { group: "sqlite set" }, () => void cache.set(nextKey(), entry));

const keyv = await openKeyv(`sqlite://${directory}/keyv.sqlite`);
if (keyv !== undefined) {
  for (const key of BENCH_KEYS) await keyv.set(key, BENCH_VALUE);
  Deno.bench("@keyv/sqlite get", { group: "sqlite get" }, async () => void await keyv.get(nextKey()));
  Deno.bench("@keyv/sqlite set", { group: "sqlite set" }, async () => void await keyv.set(nextKey(), BENCH_VALUE));
}

interface KeyvLike {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
}

async function openKeyv(uri: string): Promise<KeyvLike | undefined> {
  try {
    const [{ default: Keyv }, { default: KeyvSqlite }] = await Promise.all([
      import("keyv5"),
      import("npm:@keyv/sqlite@4.0.8"),
    ]);
    return new Keyv({ store: new KeyvSqlite({ uri }) });
  } catch {
    return undefined;
  }
}
