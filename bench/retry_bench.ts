import { opero } from "@opero/core";
import { retry } from "npm:deno-std@1.4.0/async/retry.js";
import * as cockatiel from "npm:cockatiel@4.0.0";
import CircuitBreaker from "npm:opossum@10.0.0";
import pRetry from "npm:p-retry@9.0.0";
import { registerRows } from "./support/register_rows.ts";
import { callRow, type Row } from "./support/row.ts";

let served = 0;

// deno-lint-ignore require-await -- an async function that has nothing to wait for shows the cost of what is around it
async function serve(): Promise<number> {
  return ++served;
}

function rethrow(error: unknown): never {
  throw error;
}

const floor = [
  { name: "await fn()", call: () => serve() },
  { name: "fn().then()", call: () => serve().then(undefined, rethrow) },
];

const retried = opero(serve, { retries: 3 });
const fourAttempts = { maxAttempts: 4 };
const threeRetries = { retries: 3 };
const cockatielRetry = cockatiel.retry(cockatiel.handleAll, { maxAttempts: 3 });

const limited = opero(serve, { retries: 3, timeout: "5s" });
const cockatielLimited = cockatiel.wrap(cockatielRetry, cockatiel.timeout(5_000, cockatiel.TimeoutStrategy.Aggressive));
const breaker = new CircuitBreaker(serve, { timeout: 5_000 });

/** What a call that succeeds at once pays for the retries it does not need. */
export const rows: readonly Row[] = [
  callRow("retries: 3, success", [
    { name: "opero", call: () => retried() },
    { name: "@std/async retry", call: () => retry(serve, fourAttempts) },
    { name: "cockatiel", call: () => cockatielRetry.execute(serve) },
    { name: "p-retry", call: () => pRetry(serve, threeRetries) },
    ...floor,
  ]),
  callRow("retries: 3, timeout, success", [
    { name: "opero", call: () => limited() },
    { name: "cockatiel", call: () => cockatielLimited.execute(serve) },
    { name: "opossum (timeout only)", call: () => breaker.fire() },
    ...floor,
  ]),
];

registerRows(rows);
