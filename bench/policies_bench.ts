import { opero } from "@opero/core";
import * as cockatiel from "npm:cockatiel@4.0.0";
import pLimit from "npm:p-limit@7.2.0";
import { registerRows } from "./support/register_rows.ts";
import { callRow, type Row } from "./support/row.ts";

let served = 0;

// deno-lint-ignore require-await -- an async function that has nothing to wait for shows the cost of what is around it
async function serve(): Promise<number> {
  return ++served;
}

const retried = opero(serve, { retries: 3 });
const broken = opero(serve, { retries: 3, circuitBreaker: true });
const brokenByRow = opero(serve, { retries: 3, circuitBreaker: { consecutiveFailures: 5 } });
const limited = opero(serve, { retries: 3, circuitBreaker: true, timeout: "5s" });

const budgeted = opero(serve, { retries: 3, retryBudget: true });
const hedged = opero(serve, { retries: 3, hedge: { after: "1s" } });
const hedgedByQuantile = opero(serve, { retries: 3, hedge: { after: { quantile: 0.95 } } });

const sampling = { threshold: 0.5, duration: 60_000, minimumRps: 1 };
const cockatielRetry = () => cockatiel.retry(cockatiel.handleAll, { maxAttempts: 3 });
const cockatielBreaker = () =>
  cockatiel.circuitBreaker(cockatiel.handleAll, {
    halfOpenAfter: 30_000,
    breaker: new cockatiel.SamplingBreaker(sampling),
  });
const cockatielBroken = cockatiel.wrap(cockatielRetry(), cockatielBreaker());
const cockatielLimited = cockatiel.wrap(
  cockatielRetry(),
  cockatielBreaker(),
  cockatiel.timeout(5_000, cockatiel.TimeoutStrategy.Aggressive),
);

const KEYS = ["key-1", "key-2", "key-3"];
const serveWith = (_keys: string[]) => serve();
const inTurn = opero(serveWith, { argFallback: 0 });
const byHealth = opero(serveWith, { argFallback: 0, fallbackStrategy: "ordered" });
const byTurns = opero(serveWith, { argFallback: 0, fallbackStrategy: "round_robin" });
const byLatency = opero(serveWith, { argFallback: 0, fallbackStrategy: "least_latency" });
const slotted = opero(serve, { retries: 3, concurrency: 10 });
const adapting = opero(serve, { retries: 3, concurrency: { max: 100 } });
const cockatielSlots = cockatiel.bulkhead(10, 10);
const cockatielSlotted = cockatiel.wrap(cockatielRetry(), cockatiel.bulkhead(10, 10));
const pLimited = pLimit(10);

const FREE = { limit: 1e9, burst: 1e9 };
const rated = opero(serve, { retries: 3, rateLimit: 1e9 });
const unpaced = opero(serve, { retries: 3, rateLimit: 1e9, serverPacing: false });
const weighed = opero(serve, { retries: 3, rateLimit: [FREE, { limit: 1e12, cost: () => 100 }] });
const strictly = opero(serve, { retries: 3, rateLimit: { limit: 1e9, burst: 1e9, strict: true } });

/** What a call that succeeds at once pays for the policies that it does not need. */
export const rows: readonly Row[] = [
  callRow("retries, circuit breaker, success", [
    { name: "opero", call: () => broken() },
    { name: "cockatiel", call: () => cockatielBroken.execute(serve) },
    { name: "opero, failures in a row", call: () => brokenByRow() },
    { name: "opero without breaker", call: () => retried() },
  ]),
  callRow("retries, circuit breaker, timeout, success", [
    { name: "opero", call: () => limited() },
    { name: "cockatiel", call: () => cockatielLimited.execute(serve) },
  ]),
  callRow("retries, retry budget, success", [
    { name: "opero", call: () => budgeted() },
    { name: "opero without budget", call: () => retried() },
  ]),
  callRow("hedge, a quick success", [
    { name: "opero", call: () => hedged() },
    { name: "opero, by quantile", call: () => hedgedByQuantile() },
    { name: "opero without hedge", call: () => retried() },
  ]),
  callRow("three fallback values with health, the first succeeds", [
    { name: "opero", call: () => byHealth(KEYS) },
    { name: "opero, round_robin", call: () => byTurns(KEYS) },
    { name: "opero, least_latency", call: () => byLatency(KEYS) },
    { name: "opero without health", call: () => inTurn(KEYS) },
  ]),
  callRow("concurrency, a free slot", [
    { name: "opero", call: () => slotted() },
    { name: "cockatiel", call: () => cockatielSlotted.execute(serve) },
    { name: "cockatiel without retries", call: () => cockatielSlots.execute(serve) },
    { name: "p-limit", call: () => pLimited(serve) },
    { name: "opero, adaptive", call: () => adapting() },
    { name: "opero without concurrency", call: () => retried() },
    { name: "the function alone", call: () => serve() },
  ]),
  callRow("rate limit, a token is there", [
    { name: "opero", call: () => rated() },
    { name: "opero, serverPacing: false", call: () => unpaced() },
    { name: "opero, two limits by cost", call: () => weighed() },
    { name: "opero, strict", call: () => strictly() },
    { name: "opero without rate limit", call: () => retried() },
  ]),
];

registerRows(rows);
