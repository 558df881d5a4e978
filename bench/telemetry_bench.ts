import { opero } from "@opero/core";
import { AsyncLocalStorage } from "node:async_hooks";
import * as cockatiel from "npm:cockatiel@4.0.0";
import CircuitBreaker from "npm:opossum@10.0.0";
import { registerRows } from "./support/register_rows.ts";
import { callRow, type Row } from "./support/row.ts";

let served = 0;
let told = 0;

// deno-lint-ignore require-await -- an async function that has nothing to wait for shows the cost of what is around it
async function serve(): Promise<number> {
  return ++served;
}

const listen = () => void ++told;
const plain = opero(serve, { retries: 3 });
const observed = opero(serve, { retries: 3 });
observed.events.on("success", listen);
const counting = opero(serve, { retries: 3, stats: true });
const withContext = opero(serve, { retries: 3, context: "async" });
const cached = opero(serve, { cache: true, cacheTtl: "5m" });
await cached();

const cockatielRetry = cockatiel.retry(cockatiel.handleAll, { maxAttempts: 3 });
cockatielRetry.onSuccess(listen);
const breaker = new CircuitBreaker(serve, { timeout: false });
breaker.on("success", listen);
const counts = { hits: 1, misses: 1, stale: 0, coalesced: 0, writes: 1, errors: 0 };
const storage = new AsyncLocalStorage<object>();

const own = { name: "opero without", call: () => plain() };

/** What a call pays for being watched. */
export const rows: readonly Row[] = [
  callRow("a listener for success", [
    { name: "opero", call: () => observed() },
    own,
    { name: "cockatiel", call: () => cockatielRetry.execute(serve) },
    { name: "opossum", call: () => breaker.fire() },
  ]),
  callRow("stats: true", [{ name: "opero", call: () => counting() }, own]),
  callRow("withMeta()", [{ name: "opero", call: () => plain.withMeta() }, own]),
  callRow('context: "async"', [
    { name: "opero", call: () => withContext() },
    own,
    { name: "AsyncLocalStorage alone", call: () => storage.run({}, serve) },
  ]),
  callRow("cache.stats()", [
    { name: "opero", call: () => cached.cache.stats() },
    { name: "a copy by hand", call: () => ({ ...counts }) },
  ]),
];

registerRows(rows);
