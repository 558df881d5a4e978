/** What a row has to reach. All bars stand here and nowhere else. */
export type Bar = RatioBar | DifferenceBar | FigureBar;

/** Our figure as a multiple of that of another in the same row. */
export interface RatioBar {
  readonly beside: string;
  readonly atMost: number;
}

/** By how much our figure may exceed that of another in the same row, in the unit of the row. */
export interface DifferenceBar {
  readonly beside: string;
  readonly atMostMore: number;
}

/** Our figure itself, in the unit of the row. */
export interface FigureBar {
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** The rates that a limiter is held to, in calls a second. */
export const RATES = [10, 50, 90, 200, 1_000] as const;

/** The longest that the library may block the event loop by what it does by itself, in milliseconds. */
export const LONGEST_BLOCK_MS = 20;

/** What an enabled policy may add to a call that succeeds at once, in nanoseconds. */
const POLICY_NS = 100;

const rateBars = RATES.flatMap((rate): [string, Bar[]][] => [
  [`${rate}/s over 5 s on a busy machine`, [{ atLeast: 99 }]],
  [`${rate}/s, starts in the fullest second as a share of the rate`, [{ atMost: 100 }]],
]);

/** The bars by the name of their row. */
export const BARS: Readonly<Record<string, readonly Bar[]>> = {
  "retries: 3, success": [{ beside: "@std/async retry", atMost: 0.9 }],
  "retries: 3, timeout, success": [{ beside: "cockatiel", atMost: 0.1 }],
  "retries, circuit breaker, success": [
    { beside: "cockatiel", atMost: 0.5 },
    { beside: "opero without breaker", atMostMore: POLICY_NS },
  ],
  "retries, retry budget, success": [{ beside: "opero without budget", atMostMore: POLICY_NS }],
  "hedge, a quick success": [{ beside: "opero without hedge", atMostMore: POLICY_NS }],
  "retries, circuit breaker, timeout, success": [{ beside: "cockatiel", atMost: 0.2 }],
  // A bulkhead alone takes three times as long as the function alone, and p-limit fifteen times, neither with a retry.
  "concurrency, a free slot": [
    { beside: "cockatiel", atMost: 0.5 },
    { beside: "p-limit", atMost: 0.4 },
    { beside: "opero without concurrency", atMostMore: POLICY_NS },
  ],
  "rate limit, a token is there": [{ beside: "opero without rate limit", atMostMore: POLICY_NS }],
  "stats: true": [{ beside: "opero without", atMost: 1.5 }],
  "memory hit, string argument": [{ beside: "lru-cache get", atMost: 1.2 }],
  "memory hit, object argument": [{ beside: "JSON.stringify + Map", atMost: 1.4 }],
  "memory hit, 1 MB of bytes as the argument": [{ atMost: 2 }],
  "memory hit, 4 MB of bytes as the argument": [{ atMost: 8 }],
  "memory hit, 16 MB of bytes as the argument": [{ atMost: 32 }],
  "rate limit, not reached": [{ beside: "p-throttle", atMost: 1 }],
  ...Object.fromEntries(rateBars),
  "whole stack, miss": [{ beside: "lru-cache + p-throttle + p-retry", atMost: 0.9 }],
  "whole stack, hit": [{ beside: "lru-cache + p-throttle + p-retry", atMost: 0.9 }],
  "stream of 100 000 async items, 50 at once": [{ beside: "pMapIterable", atMost: 0.45 }],
  "20 000 tiny items, 2 workers, after 5 s of rest": [{ beside: "poolifier-web-worker", atMost: 1 / 12 }],
  "a record of 200 bytes, synced in groups": [{ atMost: 50 }],
  "a record of 200 bytes, not synced": [{ atMost: 5 }],
  "100 000 tiny items with a journal": [{ beside: "opmap without journal", atMostMore: 10_000 }],
  "100 000 tiny items of a pool with a journal": [{ beside: "opmap without journal", atMostMore: 10_000 }],
  "a journal of a million records is opened": [{ atMost: 5 }],
  "memory of an open journal of a million records": [{ atMost: 300 }],
  "1 000 tiny items, warm pool": [{ beside: "one message to a bare worker", atMost: 2 }],
  "100 tiny items, warm pool": [{ beside: "one message to a bare worker", atMost: 2 }],
  "first result of a cold pool of 2": [{ beside: "two bare worker_threads", atMost: 1.1 }],
  "20 functions in process mode: time": [{ atMost: 1_200 }],
  "20 functions in process mode: threads": [{ atMost: 4 }],
  "20 functions in process mode: memory": [{ atMost: 250 }],
  "sqlite hit of 1 KB": [{ beside: "node:sqlite get + JSON.parse", atMost: 1.35 }],
  "sqlite miss that stores 1 KB": [{ beside: "node:sqlite upsert + JSON.stringify", atMost: 1.4 }],
  "sqlite file of 100 000 entries of 100 bytes": [{ beside: "key and JSON in a plain table", atMost: 1.25 }],
  "redis hit of 1 KB, 50 in flight": [{ beside: "npm:redis get + JSON.parse", atMost: 1 / 0.95 }],
  "redis hit of 1 KB over ioredis, 50 in flight": [{ beside: "ioredis get + JSON.parse", atMost: 1 / 0.95 }],
  "redis miss that stores 1 KB, 50 in flight": [{ beside: "npm:redis set + JSON.stringify", atMost: 1.3 }],
  "10 000 tiny items over redis, 2 workers of 50 slots": [{ beside: "bullmq", atMost: 0.2 }],
  "10 000 tiny items over nats, 2 workers of 50 slots": [{ beside: "bullmq", atMost: 0.2 }],
  "10 000 tiny items over redis, frames that adapt": [{ beside: "opmap, frames of 100", atMost: 1 / 0.7 }],
  "10 000 tiny items over nats, frames that adapt": [{ beside: "opmap, frames of 100", atMost: 1 / 0.7 }],
  "10 000 tiny items over redis, processor of the caller": [{ atMost: 30 }],
  "10 000 tiny items over nats, processor of the caller": [{ atMost: 30 }],
  "1000/s shared by 4 processes": [{ atLeast: 99.5, atMost: 100.5 }],
  "100000/s shared by 4 processes": [{ atLeast: 99, atMost: 101 }],
  "100000/s shared by 4 processes, questions to the store": [{ atMost: 1_000 }],
  "executions of a stampede of 80 instances over redis": [{ beside: "opero without cacheLock", atMost: 1 / 50 }],
  "disk set of 1 KB": [{ beside: "cacache put", atMost: 0.25 }],
};
