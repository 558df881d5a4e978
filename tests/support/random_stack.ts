/** Policies put together by chance, and the bounds that follow from them. */
import { oneOf } from "./random_service.ts";

/** A rate and what no window of it may exceed. */
export interface RateBound {
  readonly perMs: number;
  readonly most: number;
}

/** Options and what they promise. */
export interface RandomStack {
  readonly options: Readonly<Record<string, unknown>>;
  readonly values: number;
  /** The most runs of one call. */
  readonly mostRuns: number;
  /** The most runs in flight at once. */
  readonly mostInFlight: number;
  readonly rates: readonly RateBound[];
}

/** Each policy is there, or not, by chance. */
export function randomStack(random: () => number): RandomStack {
  const isThere = (share = 0.5) => random() < share;
  const retries = oneOf(random, 0, 1, 2, 4);
  const values = oneOf(random, 1, 2, 3);
  const hedges = isThere(0.4) ? oneOf(random, 1, 2) : 0;
  const inFlight = isThere() ? oneOf(random, 1, 2, 5) : Infinity;
  const limits = isThere() ? randomLimits(random) : [];
  const options = {
    retries,
    minDelay: oneOf(random, "0s", "50ms"),
    maxDelay: oneOf(random, "50ms", "5s"),
    jitter: oneOf(random, "none", "full", "decorrelated"),
    ...(retries > 0 && isThere(0.3) && { retryBudget: oneOf<unknown>(random, true, { ratio: 0.5, minPerSecond: 1 }) }),
    ...(isThere(0.4) && { circuitBreaker: randomBreaker(random) }),
    ...(hedges > 0 && { hedge: { after: oneOf(random, "20ms", "300ms"), max: hedges, budget: oneOf(random, 0.1, 1) } }),
    ...(inFlight !== Infinity && { concurrency: randomConcurrency(random, inFlight) }),
    ...(limits.length > 0 && { rateLimit: limits.length === 1 ? limits[0] : limits }),
    ...(limits.length > 0 && isThere(0.4) && { rateLimitMaxWait: oneOf(random, "0s", "700ms") }),
    ...(isThere() && { timeout: oneOf(random, "400ms", "3s") }),
    ...(isThere(0.4) && { deadline: oneOf(random, "5s", "30s") }),
    ...(values > 1 && { argFallback: 0, fallbackDelay: oneOf(random, "0s", "100ms") }),
    ...(values > 1 && isThere() && randomHealth(random)),
    ...(isThere(0.3) && { failOn: (value: unknown) => value === "poor" }),
    ...(isThere(0.3) && { fallback: "instead" }),
    ...(isThere(0.4) && randomCache(random)),
  };
  const mostRuns = (retries + 1) * values * (1 + hedges);
  return { options, values, mostRuns, mostInFlight: inFlight, rates: limits.map(boundOf) };
}

interface Limit {
  readonly limit: number;
  readonly per: number;
  readonly burst: number;
  readonly strict: boolean;
}

function randomLimits(random: () => number): Limit[] {
  return Array.from({ length: oneOf(random, 1, 1, 2) }, () => ({
    limit: oneOf(random, 1, 3, 10),
    per: oneOf(random, 0.3, 1, 10),
    burst: oneOf(random, 1, 1, 4),
    strict: random() < 0.3,
  }));
}

function boundOf({ limit, per, burst, strict }: Limit): RateBound {
  return { perMs: per * 1_000, most: strict ? limit : limit + burst - 1 };
}

function randomBreaker(random: () => number): unknown {
  return oneOf<unknown>(
    random,
    { consecutiveFailures: 2, openFor: "1s" },
    { failureRatio: 0.5, minimumCalls: 3, window: "5s", openFor: "400ms", halfOpenCalls: 2 },
    { consecutiveFailures: 3, openFor: "1s", maxOpenFor: "10s" },
  );
}

function randomConcurrency(random: () => number, most: number): unknown {
  return oneOf<unknown>(
    random,
    most,
    { limit: most, maxQueue: 3, maxWait: "2s" },
    { min: 1, max: most },
    { min: 1, max: most, algorithm: "aimd", maxQueue: 5 },
  );
}

function randomHealth(random: () => number) {
  return {
    fallbackStrategy: oneOf(random, "ordered", "sticky", "round_robin", "least_latency"),
    cooldown: oneOf(random, "1s", "20s"),
    allowedFails: oneOf(random, 1, 3),
  };
}

function randomCache(random: () => number) {
  return {
    cache: true,
    cacheTtl: oneOf(random, "1s", "1m"),
    cacheKey: (_keys: unknown, id: number) => String(id % 3),
    ...(random() < 0.5 && { cacheIf: (value: unknown) => value !== "poor" }),
    ...(random() < 0.5 && { cacheErrors: oneOf(random, "500ms", "5s") }),
  };
}
