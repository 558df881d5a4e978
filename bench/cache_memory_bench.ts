import { opero } from "@opero/core";
import { createHash } from "node:crypto";
import { createCache } from "npm:async-cache-dedupe@3.4.0";
import { BentoCache, bentostore } from "npm:bentocache@1.6.1";
import { memoryDriver } from "npm:bentocache@1.6.1/drivers/memory";
import { LRUCache } from "npm:lru-cache@11.5.3";
import pMemoize from "npm:p-memoize@9.0.0";
import { registerRows } from "./support/register_rows.ts";
import { callRow, type Row } from "./support/row.ts";

const KEYS = 1_000;

interface Query {
  readonly id: number;
  readonly q: string;
  readonly tags: readonly string[];
}

const texts = Array.from({ length: KEYS }, (_, i) => `user-${i}`);
const queries = texts.map((q, id): Query => ({ id, q, tags: ["new", `group-${id % 7}`] }));

const textAt = (turn: number): string => texts[turn % KEYS]!;
const queryAt = (turn: number): Query => queries[turn % KEYS]!;

let loads = 0;

// deno-lint-ignore require-await -- stands for a function that loads something
async function load(_key: unknown): Promise<number> {
  return ++loads;
}

const cached = opero(load, { cache: true, cacheTtl: "5m" });
const memoized = pMemoize(load, { cacheKey: ([key]) => JSON.stringify(key) });
const memoizedByText = pMemoize(load);
const deduping = createCache({ ttl: 300, storage: { type: "memory", options: { size: 10_000 } } }).define("load", load);
const deduped = (key: unknown) => deduping.load(key);
const bento = new BentoCache({
  default: "memory",
  ttl: "5m",
  stores: { memory: bentostore().useL1Layer(memoryDriver({ maxItems: 10_000, serialize: false })) },
});
const bentoGet = (key: string) => bento.getOrSet({ key, factory: () => load(key) });

const lru = new LRUCache<string, number>({ max: 10_000, ttl: 300_000 });
// deno-lint-ignore require-await -- the least that a cached function does
const lruGet = async (key: string) => lru.get(key);

const map = new Map<string, number>();
// deno-lint-ignore require-await -- the least that a function cached by an object does
const mapGet = async (query: Query) => map.get(JSON.stringify(query));

for (let turn = 0; turn < KEYS; turn++) {
  const [text, query] = [textAt(turn), queryAt(turn)];
  lru.set(text, turn);
  map.set(JSON.stringify(query), turn);
  for (const fill of [cached, memoized, deduped]) await Promise.all([fill(text), fill(query)]);
  await Promise.all([memoizedByText(text), bentoGet(text), bentoGet(JSON.stringify(query))]);
}

// deno-lint-ignore require-await -- the least that a function cached by its bytes does
const digestGet = async (bytes: Uint8Array) => map.get(createHash("sha256").update(bytes).digest("hex"));

/** Bytes as the argument, a copy of them at every other call, so that no one remembers the object. */
async function bytesRow(megabytes: number): Promise<Row> {
  const bytes = new Uint8Array(megabytes * 2 ** 20).map((_, n) => n * 31);
  const copies = [bytes, bytes.slice()];
  await cached(bytes);
  return {
    name: `memory hit, ${megabytes} MB of bytes as the argument`,
    unit: "ms",
    warmUps: 1,
    rounds: 6,
    contenders: [
      { name: "opero", run: () => cached(copies.reverse()[0]!) },
      { name: "SHA-256 of node:crypto + Map", run: () => digestGet(copies.reverse()[0]!) },
    ],
  };
}

/** What a call pays whose result is in memory. */
export const rows: readonly Row[] = [
  callRow("memory hit, string argument", [
    { name: "opero", call: (turn) => cached(textAt(turn)) },
    { name: "lru-cache get", call: (turn) => lruGet(textAt(turn)) },
    { name: "p-memoize (no ttl)", call: (turn) => memoizedByText(textAt(turn)) },
    { name: "async-cache-dedupe", call: (turn) => deduped(textAt(turn)) },
    { name: "bentocache", call: (turn) => bentoGet(textAt(turn)) },
  ]),
  callRow("memory hit, object argument", [
    { name: "opero", call: (turn) => cached(queryAt(turn)) },
    { name: "JSON.stringify + Map", call: (turn) => mapGet(queryAt(turn)) },
    { name: "p-memoize (no ttl)", call: (turn) => memoized(queryAt(turn)) },
    { name: "async-cache-dedupe", call: (turn) => deduped(queryAt(turn)) },
    { name: "bentocache", call: (turn) => bentoGet(JSON.stringify(queryAt(turn))) },
  ]),
  await bytesRow(1),
  await bytesRow(4),
  await bytesRow(16),
];

registerRows(rows);
