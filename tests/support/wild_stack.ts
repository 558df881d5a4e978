/** Stacks of all policies, put together by chance, whose callbacks of the user's throw by chance. */
import fc from "fast-check";
import type { CustomLayer, LayerPlace } from "@opero/core";

/** What a callback of the user's throws. */
export const BUG: Error = new Error("a bug in a callback");

/** Options, and what is known of them. */
export interface WildStack {
  /** All times are multiples of 100 ms, so that much comes at one moment. */
  readonly options: Readonly<Record<string, unknown>>;
  /** How likely it is that a callback of the user's throws. */
  readonly bugs: number;
  /** How many fallback values there are. */
  readonly values: number;
  /** Whether a listener of each event throws. */
  readonly hasBadListeners: boolean;
}

/** What decides what callbacks do; it is set anew for each stack that is run. */
export interface Fate {
  /** A number from 0 to 1. */
  random: () => number;
  /** How likely it is that a callback throws. */
  bugs: number;
}

const maybe = <T>(...values: readonly T[]) => fc.constantFrom(undefined, ...values);

const breaker = maybe<object>(
  { consecutiveFailures: 2, openFor: "1s", halfOpenCalls: 2 },
  { consecutiveFailures: 1, openFor: "500ms", halfOpenCalls: 1, maxOpenFor: "2s" },
  { failureRatio: 0.5, minimumCalls: 3, window: "5s", openFor: "1s", halfOpenCalls: 3 },
  { failureRatio: 0.5, minimumCalls: 3, slowCall: "400ms", openFor: "1s", halfOpenCalls: 2 },
);

const concurrency = maybe<unknown>(
  1,
  { limit: 3, maxQueue: 2 },
  { limit: 2, maxWait: "700ms" },
  { limit: 2, maxQueue: 0 },
  { min: 1, max: 3, algorithm: "aimd" },
  { min: 2, max: 4, maxQueue: 3 },
);

const hedge = maybe<object>(
  { after: "200ms" },
  { after: "100ms", max: 3, budget: 0 },
  { after: "200ms", max: 2, budget: 1 },
  { after: { quantile: 0.5, minSamples: 2 }, max: 2 },
);

const retryBudget = maybe<unknown>(
  true,
  { ratio: 0.5, minPerSecond: 0.1, window: "10s" },
  { ratio: 1, minPerSecond: 0, window: "10s" },
);

/** Rates, of which some have a price that throws by chance. */
const rateLimit = (price: () => number) =>
  maybe<unknown>(
    5,
    { limit: 5, burst: 3 },
    { limit: 2, burst: 2, strict: true },
    [{ limit: 5, burst: 2 }, { limit: 20, per: "2s", cost: price }],
    { limit: 10, burst: 4, cost: price },
  );

/** What there is whatever the rest. */
function policies(tell: (yes?: boolean) => () => boolean, price: () => number) {
  return fc.record({
    retries: fc.constantFrom(0, 1, 3),
    minDelay: fc.constantFrom("0s", "100ms"),
    maxDelay: fc.constantFrom("100ms", "1s"),
    jitter: fc.constantFrom("none", "full", "decorrelated"),
    reraise: fc.boolean(),
    stats: fc.constant(true),
    circuitBreaker: breaker,
    isKeyed: fc.boolean(),
    concurrency,
    hedge,
    retryBudget,
    rateLimit: rateLimit(price),
    rateLimitMaxWait: fc.constantFrom(undefined, undefined, "0s", "300ms"),
    timeout: maybe("300ms", "700ms"),
    deadline: maybe("200ms", "1s", "2s"),
    fallback: maybe<unknown>("instead", tell()),
    failOn: maybe(tell(false)),
    retryOn: maybe(tell()),
    failureOn: maybe(tell()),
    layer: maybe<LayerPlace>("retry", "hedge", "rateLimit", "failOn"),
  });
}

const health = maybe<object>(
  { fallbackStrategy: "ordered", cooldown: "1s", allowedFails: 1 },
  { fallbackStrategy: "sticky", cooldown: "500ms", allowedFails: 2 },
  { fallbackStrategy: "round_robin", cooldown: "2s", allowedFails: 1 },
  { fallbackStrategy: "least_latency", cooldown: "1s", allowedFails: 3 },
);

/** All policies, whose callbacks ask `fate`. */
export function wildStack(fate: Fate): fc.Arbitrary<WildStack> {
  const mayThrow = () => {
    if (fate.random() < fate.bugs) throw BUG;
  };
  const tell = (yes = true) => () => (mayThrow(), fate.random() < (yes ? 0.9 : 0.1));
  const price = () => (mayThrow(), Math.floor(fate.random() * 4));
  const cached = maybe<object>(
    { cache: true, cacheTtl: "1s" },
    { cache: true, cacheTtl: "500ms", cacheStale: "1s", cacheIf: tell() },
    { cache: true, cacheTtl: () => (mayThrow(), "300ms"), cacheErrors: "300ms" },
    { cache: true, cacheTtl: "1s", cacheStaleIfError: "1h", cacheRefreshAhead: 50 },
  );
  const parts = fc.record({
    own: policies(tell, price),
    cached,
    values: fc.constantFrom(1, 1, 2, 3),
    health,
    fallbackDelay: fc.constantFrom(undefined, "100ms"),
    fallbackOn: maybe(tell()),
    bugs: fc.constantFrom(0, 0, 0.05, 0.3),
    hasBadListeners: fc.boolean(),
  });
  return parts.map(({ own, cached, values, health, fallbackDelay, fallbackOn, ...rest }) => {
    const { isKeyed, failureOn, layer, circuitBreaker, rateLimitMaxWait, ...plain } = own;
    const argFallback = values > 1 ? { argFallback: 0, fallbackDelay, fallbackOn, ...health } : {};
    const options = {
      ...plain,
      ...circuitBreaker && { circuitBreaker: { ...circuitBreaker, failureOn } },
      ...plain.rateLimit !== undefined && { rateLimitMaxWait },
      ...plain.concurrency !== undefined && isKeyed && {
        concurrencyKey: (_keys: unknown, _id: unknown, key: number) => (mayThrow(), key),
      },
      ...argFallback,
      ...cached,
      ...cached && { cacheKey: (_keys: unknown, id: number) => (mayThrow(), String(id % 3)) },
      ...layer && { layers: [passing(layer, mayThrow)] },
    };
    return { options, values, ...rest };
  });
}

/** A layer that lets through, and throws by chance before or after it has. */
function passing(inside: LayerPlace, mayThrow: () => void): CustomLayer {
  return {
    name: "passing",
    inside,
    layer: (next) => async (call) => {
      mayThrow();
      const value = await next(call);
      mayThrow();
      return value;
    },
  };
}
