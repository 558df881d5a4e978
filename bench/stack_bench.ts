import { opero } from "@opero/core";
import { LRUCache } from "npm:lru-cache@11.5.3";
import pRetry from "npm:p-retry@9.0.0";
import pThrottle from "npm:p-throttle@8.1.1";
import { registerRows } from "./support/register_rows.ts";
import { callRow, type Row } from "./support/row.ts";

const PER_SECOND = 1_000_000_000;
const KEYS = 1_000;

const texts = Array.from({ length: KEYS }, (_, i) => `user-${i}`);
const textAt = (turn: number): string => texts[turn % KEYS]!;

let loads = 0;

// deno-lint-ignore require-await -- stands for a function that loads something
async function load(_key: string): Promise<number> {
  return ++loads;
}

function makeOurs(): (key: string) => Promise<number> {
  return opero(load, { retries: 3, rateLimit: PER_SECOND, cache: true, cacheTtl: "5m" });
}

function makeByHand(): (key: string) => Promise<number> {
  const throttled = pThrottle({ limit: PER_SECOND, interval: 1_000 })(load);
  const lru = new LRUCache<string, number>({ max: 10_000, ttl: 300_000 });
  const threeRetries = { retries: 3 };
  return async (key) => {
    const known = lru.get(key);
    if (known !== undefined) return known;
    const value = await pRetry(() => throttled(key), threeRetries);
    lru.set(key, value);
    return value;
  };
}

const [missing, missingByHand] = [makeOurs(), makeByHand()];
const [hitting, hittingByHand] = [makeOurs(), makeByHand()];
for (const text of texts) await Promise.all([hitting(text), hittingByHand(text)]);

let lastKey = 0;
let lastKeyByHand = 0;

/** What a call pays for retries, rate limit and cache together, beside the three libraries nested by hand. */
export const rows: readonly Row[] = [
  callRow("whole stack, miss", [
    { name: "opero", call: () => missing(`user-${++lastKey}`) },
    { name: "lru-cache + p-throttle + p-retry", call: () => missingByHand(`user-${++lastKeyByHand}`) },
  ]),
  callRow("whole stack, hit", [
    { name: "opero", call: (turn) => hitting(textAt(turn)) },
    { name: "lru-cache + p-throttle + p-retry", call: (turn) => hittingByHand(textAt(turn)) },
  ]),
];

registerRows(rows);
