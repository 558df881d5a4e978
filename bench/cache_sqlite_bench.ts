import { createOpero } from "@opero/core";
import { sqliteCache } from "../src/cache/sqlite/sqlite_cache.ts";
import { DatabaseSync } from "node:sqlite";
import { BENCH_KEYS, BENCH_VALUE, entryOf } from "./support/cache_load.ts";
import { registerRows } from "./support/register_rows.ts";
import { callRow, type Contender, type Row } from "./support/row.ts";

const SIZED_ENTRIES = 100_000;
const CALLS = 500;

const directory = Deno.makeTempDirSync();
addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));

const UPSERT = "INSERT INTO raw VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value";

function openRaw(name: string): DatabaseSync {
  const raw = new DatabaseSync(`${directory}/${name}`);
  raw.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  raw.exec("CREATE TABLE raw (key TEXT PRIMARY KEY, value TEXT)");
  return raw;
}

const ids = BENCH_KEYS.map((_, n) => `user-${n}`);
const idAt = (turn: number): string => ids[turn % ids.length]!;

const raw = openRaw("raw.sqlite");
const rawGet = raw.prepare("SELECT value FROM raw WHERE key = ?");
const rawSet = raw.prepare(UPSERT);
// deno-lint-ignore require-await -- the least that a function does whose result is in a database
const rawHit = async (id: string) => JSON.parse(rawGet.get(id)!.value as string);
// deno-lint-ignore require-await -- the least that a function does that stores its result
const rawMiss = async (id: string) => rawSet.run(id, JSON.stringify(BENCH_VALUE));

const OPTIONS = { cache: true, cacheTtl: "1h", retries: 0, cacheBackend: "sqlite" } as const;
const { opero } = createOpero();
const load = opero(function load(_id: string) {
  return Promise.resolve(BENCH_VALUE);
}, { ...OPTIONS, cacheBackendConfig: { path: `${directory}/calls.sqlite` } });

const cache = sqliteCache({ path: `${directory}/cache.sqlite` });
const entry = entryOf(BENCH_VALUE);
for (const [n, id] of ids.entries()) {
  await load(id);
  await rawMiss(id);
  rawSet.run(BENCH_KEYS[n]!, JSON.stringify(BENCH_VALUE));
  await cache.set(BENCH_KEYS[n]!, entry);
}
const keyAt = (turn: number): string => BENCH_KEYS[turn % BENCH_KEYS.length]!;
let [next, nextByHand] = [0, 0];

const small = { id: 12_345, name: "Ada Lovelace", text: "x".repeat(57) };

async function ownBytes(): Promise<number> {
  await using instance = createOpero();
  const path = `${directory}/own_${crypto.randomUUID()}.sqlite`;
  const fill = instance.opero(function fill(_id: string) {
    return Promise.resolve(small);
  }, { ...OPTIONS, cacheBackendConfig: { path } });
  for (let n = 0; n < SIZED_ENTRIES; n++) await fill(`user-${n}`);
  await instance.close();
  return Deno.statSync(path).size;
}

function plainBytes(): number {
  const name = `plain_${crypto.randomUUID()}.sqlite`;
  const plain = openRaw(name);
  const set = plain.prepare(UPSERT);
  plain.exec("BEGIN");
  for (let n = 0; n < SIZED_ENTRIES; n++) set.run(`user-${n}`, JSON.stringify(small));
  plain.exec("COMMIT");
  plain.close();
  return Deno.statSync(`${directory}/${name}`).size;
}

const sizes: readonly [Contender, Contender] = [
  { name: "opero", run: ownBytes },
  { name: "key and JSON in a plain table", run: plainBytes },
];

/** A value of 1 KB in SQLite, beside prepared statements of `node:sqlite` with JSON alone, and the size of the file. */
export const rows: readonly Row[] = [
  callRow("sqlite hit of 1 KB", [
    { name: "opero", call: (turn) => load(idAt(turn)) },
    { name: "node:sqlite get + JSON.parse", call: (turn) => rawHit(idAt(turn)) },
  ], CALLS),
  callRow("sqlite miss that stores 1 KB", [
    { name: "opero", call: () => load(`new-${next++}`) },
    { name: "node:sqlite upsert + JSON.stringify", call: () => rawMiss(`new-${nextByHand++}`) },
  ], CALLS),
  callRow("sqliteCache() get of 1 KB", [
    { name: "sqliteCache()", call: (turn) => cache.get(keyAt(turn)) },
    { name: "node:sqlite get + JSON.parse", call: (turn) => rawHit(keyAt(turn)) },
  ], CALLS),
  callRow("sqliteCache() set of 1 KB", [
    { name: "sqliteCache()", call: (turn) => cache.set(keyAt(turn), entry) },
    { name: "node:sqlite upsert + JSON.stringify", call: (turn) => rawMiss(keyAt(turn)) },
  ], CALLS),
  {
    name: "sqlite file of 100 000 entries of 100 bytes",
    unit: "B",
    isReported: true,
    warmUps: 0,
    rounds: 1,
    contenders: sizes,
  },
];

registerRows(rows);
