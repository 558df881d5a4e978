import { assertEquals, assertThrows } from "@std/assert";
import { ConfigurationError, opero, opmap } from "@opero/core";
import { hintFor } from "../../src/options/peer_names.ts";

/** What other libraries call the policies and their fields, as they would be given to `opero()`, and what is hinted. */
const POLICIES: readonly [options: object, hint: string][] = [
  [{ maxConcurrent: 4 }, "'concurrency'"],
  [{ bulkhead: 4 }, "'concurrency'"],
  [{ queueLimit: 4 }, "'concurrency' (as in { limit: 10, maxQueue: 100 })"],
  [{ maxQueue: 4 }, "'concurrency' (as in { limit: 10, maxQueue: 100 })"],
  [{ breaker: true }, "'circuitBreaker'"],
  [{ threshold: 0.5 }, "'circuitBreaker' (as in { failureRatio: 0.5 })"],
  [{ failureRatio: 0.5 }, "'circuitBreaker' (as in { failureRatio: 0.5 })"],
  [{ errorThresholdPercentage: 50 }, "'circuitBreaker' (as in { failureRatio: 0.5 })"],
  [{ volumeThreshold: 5 }, "'circuitBreaker' (as in { minimumCalls: 20 })"],
  [{ minimumThroughput: 5 }, "'circuitBreaker' (as in { minimumCalls: 20 })"],
  [{ maxFailures: 5 }, "'circuitBreaker' (as in { consecutiveFailures: 5 })"],
  [{ halfOpenAfter: 5 }, "'circuitBreaker' (as in { openFor: \"30s\" })"],
  [{ resetTimeout: 5 }, "'circuitBreaker' (as in { openFor: \"30s\" })"],
  [{ rollingCountTimeout: 5 }, "'circuitBreaker' (as in { window: \"60s\" })"],
  [{ errorFilter: () => true }, "'circuitBreaker' (as in { failureOn: (error) => true })"],
  [{ hedging: {} }, "'hedge' (as in { after: \"200ms\" })"],
  [{ hedgingDelay: 1 }, "'hedge' (as in { after: \"200ms\" })"],
  [{ maxHedgedAttempts: 1 }, "'hedge' (as in { after: \"200ms\" })"],
  [{ budget: {} }, "'retryBudget' (as in { ratio: 0.2, minPerSecond: 10 })"],
  [{ retryIfResult: () => true }, "'failOn' (which says what value is a failed attempt)"],
  [{ burst: 5 }, "'rateLimit' (as in { limit: 10, per: \"1s\", burst: 5 })"],
  [{ circuitBreaker: { threshold: 0.5 } }, "'circuitBreaker.failureRatio' (a share, from 0 to 1)"],
  [{ circuitBreaker: { errorThresholdPercentage: 50 } }, "'circuitBreaker.failureRatio' (a share, from 0 to 1)"],
  [{ circuitBreaker: { volumeThreshold: 5 } }, "'circuitBreaker.minimumCalls'"],
  [{ circuitBreaker: { halfOpenAfter: 5 } }, "'circuitBreaker.openFor'"],
  [{ circuitBreaker: { samplingDuration: 5 } }, "'circuitBreaker.window'"],
  [{ concurrency: { maxConcurrent: 4 } }, "'concurrency.limit'"],
  [{ concurrency: { highWater: 4 } }, "'concurrency.maxQueue'"],
  [{ rateLimit: { points: 4 } }, "'rateLimit.limit'"],
  [{ rateLimit: [{ windowMs: 4 }] }, "'rateLimit[0].per'"],
  [{ retryBudget: { minRetriesPerSec: 4 } }, "'retryBudget.minPerSecond'"],
  [{ hedge: { delay: 1 } }, "'hedge.after'"],
  [{ hedge: { hedgingDelay: 1 } }, "'hedge.after'"],
  [{ hedge: { percentile: 0.9 } }, "'hedge.after' (as in { quantile: 0.95 })"],
  [{ hedge: { maxHedgedAttempts: 1 } }, "'hedge.max'"],
  [{ hedge: { maxAttempts: 2 } }, "'hedge.max' (the attempts beside the first, so one less)"],
  [{ hedge: { maxExtraLoad: 0.1 } }, "'hedge.budget' (a share, from 0 to 1)"],
  [{ hedge: { after: { percentile: 95 } } }, "'hedge.after.quantile' (over 0 and below 1)"],
  [{ hedge: { after: { samples: 95 } } }, "'hedge.after.minSamples'"],
];

Deno.test("opero() names the policy, or the field of it, that another library has another name for", () => {
  for (const [options, hint] of POLICIES) {
    const { message } = assertThrows(() => opero(function load() {}, options), ConfigurationError);
    const end = message.slice(message.indexOf(", did you mean "));
    assertEquals(end, `, did you mean ${hint}?`, JSON.stringify(options));
  }
});

Deno.test("hintFor() names what the options that are checked have, else what a neighbour of them has", () => {
  assertEquals(
    hintFor("maxConcurrent", ["retries", "retryOn", "concurrency", "workers"], ""),
    ", did you mean 'workers'?",
  );
  assertEquals(hintFor("maxConcurrent", ["retries", "retryOn"], ""), ", did you mean 'workers' of opmap()?");
  assertEquals(hintFor("maxConcurrent", ["limit"], "concurrency."), ", did you mean 'concurrency.limit'?");
  assertEquals(hintFor("maxConcurrent", ["level", "sink"], ""), "");
  const { message } = assertThrows(() => opmap(function load() {}, { maxConcurrent: 4 } as object), ConfigurationError);
  assertEquals(message.endsWith("did you mean 'workers'?"), true, message);
});
