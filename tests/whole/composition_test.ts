import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  AllFailedError,
  CircuitOpenError,
  isFailedResponse,
  OverloadError,
  RateLimitError,
  TimeoutError,
} from "@opero/core";
import { lightLab } from "../support/light_lab.ts";
import { LockingCache, lockingStore } from "../support/locking_cache.ts";
import { type Lab, lab, rejectionOf, scripted, type Step } from "../support/lab.ts";

const BUSY = new Error("busy");
const BUG = new TypeError("bug");
const ok = (value: unknown): Step => ({ value });
const busy: Step = { error: BUSY };
const bug: Step = { error: BUG };
const slowDown: Step = { error: Object.assign(new Error("slow down"), { retryAfter: 10 }) };

interface Case {
  readonly options: Record<string, unknown>;
  /** What the function does at each of its calls; the last for ever. */
  readonly steps: readonly Step[];
  /** The arguments of each call of the wrapper, one after the other in time. By default one call with `["k1", "k2"]`. */
  readonly given?: readonly unknown[][];
  /** Seconds between two calls of the wrapper. */
  readonly everyS?: number;
  /** Of the last call: how often the function ran in all, the attempts that the call tells of, and how it ended. */
  readonly expected: readonly [calls: number, attempts: number, result: unknown];
  /** The milliseconds from the first to the last start of the function. */
  readonly spanMs?: number;
}

/** Runs a case on a clock that stands still, and asserts its three numbers. */
async function check(
  { options, steps, given = [[["k1", "k2"]]], everyS = 0, expected, spanMs }: Case,
  { opero, clock }: Pick<Lab, "opero" | "clock">,
): Promise<void> {
  const { run, calls } = scripted(...steps);
  const startsMs: number[] = [];
  const fn = opero((...args: unknown[]) => {
    startsMs.push(clock.now());
    return run(...args);
  }, options);
  let last: unknown[] = [];
  for (const args of given) {
    last = ["pending"];
    fn.withMeta(...args).then(
      ({ value, meta }) => last = [meta.attempts, value],
      (error) => last = [error instanceof AllFailedError ? error.attempts.length : undefined, describe(error)],
    );
    await clock.tick(everyS);
  }
  await clock.tick("1h");
  assertEquals([calls.length, ...last], expected);
  if (spanMs !== undefined) assertEquals(startsMs.at(-1)! - startsMs[0]!, spanMs);
  assertEquals(clock.pending, 0);
}

function describe(error: unknown): unknown {
  if (error instanceof AllFailedError) return `all failed: ${error.reason}`;
  if (error instanceof CircuitOpenError) return `circuit open: ${error.retryAfter} s`;
  if (error instanceof OverloadError) return "overload";
  if (error instanceof TimeoutError) return `timeout: ${error.timeout} s`;
  if (error instanceof RateLimitError) return `rate limit: ${error.retryAfter} s`;
  return error;
}

const RETRY = { retries: 2, minDelay: "1s", maxDelay: "1s" } as const;
const CACHE = { cache: true };
const RATE = { rateLimit: 0.1 };
const LIMITS = { rateLimit: [{ limit: 2, burst: 2 }, { limit: 4, per: "40s", cost: () => 2 }] };
const PACED = { rateLimit: { limit: 100, burst: 100 } };
const ARG = { argFallback: 0 };
const TIMEOUT = { timeout: "2s" } as const;
const DEADLINE = { deadline: "5s" } as const;
const FALLBACK = { fallback: "plan B" };
/** Opens at the first failure. */
const BREAKER = { circuitBreaker: { consecutiveFailures: 1, openFor: "10s", halfOpenCalls: 1 } } as const;
/** Does not wait for an open circuit. */
const HASTY = { maxRetryAfter: 0 };
/** A value that fails is not tried for 20 s. */
const HEALTH = { ...ARG, allowedFails: 1, cooldown: "20s" } as const;
/** One attempt at once; others wait, or are refused. */
const SLOT = { concurrency: 1 };
const FULL = { concurrency: { limit: 1, maxQueue: 0 } };
/** Another attempt beside one that runs for a second. */
const HEDGE = { hedge: { after: "1s" } } as const;
const twice = [[["k1", "k2"]], [["k1", "k2"]]];
const no = { retries: 0 };

/** With a lock that is asked for between processes, of a store of its own each time it is read. */
const lockedCase = (options: Case["options"], rest: Omit<Case, "options">): Case => ({
  ...rest,
  get options() {
    const cacheBackend = new LockingCache(lockingStore(), { nowMs: () => 0 });
    return { ...CACHE, cacheBackend, cacheId: "locked", cacheLock: true, ...options };
  },
});

const CASES: Record<string, Case> = {
  "retry alone": { options: RETRY, steps: [busy], expected: [3, 3, "all failed: attempts"] },
  "cache around the hedge: a hit makes none": {
    options: { ...CACHE, ...HEDGE, ...no },
    steps: ["hang", ok(1)],
    given: twice,
    everyS: 60,
    expected: [2, 0, 1],
  },
  "retry around the hedge around the timeout: each attempt has its own, and the round fails with both": {
    options: { ...RETRY, ...HEDGE, ...TIMEOUT },
    steps: ["hang", "hang", ok(1)],
    expected: [3, 3, 1],
    spanMs: 4_000,
  },
  "fallback values around the hedge: each value has its own": {
    options: { ...ARG, ...HEDGE, ...TIMEOUT, ...no },
    steps: ["hang", "hang", ok(1)],
    expected: [3, 3, 1],
    spanMs: 3_000,
  },
  "breaker around the hedge: both attempts are one failure": {
    options: { circuitBreaker: { consecutiveFailures: 2 }, ...HEDGE, ...TIMEOUT, ...no },
    steps: ["hang", "hang", ok(1)],
    given: twice,
    everyS: 5,
    expected: [3, 1, 1],
  },
  "breaker around the hedge: an attempt that loses is no failure": {
    options: { ...BREAKER, ...HEDGE, ...no },
    steps: ["hang", ok(1)],
    given: twice,
    everyS: 5,
    expected: [3, 1, 1],
  },
  "hedge around concurrency: one that is refused is not made": {
    options: { ...FULL, ...HEDGE, ...TIMEOUT, ...no },
    steps: ["hang", ok(1)],
    expected: [1, 1, "all failed: attempts"],
  },
  "hedge around the rate limit: it takes a token of its own": {
    options: { ...RATE, ...HEDGE, ...no },
    steps: ["hang", ok(1)],
    expected: [2, 2, 1],
    spanMs: 10_000,
  },
  "hedge around the rate limit: none while the call waits for a token": {
    options: { ...RATE, ...HEDGE, ...no },
    steps: [ok(1)],
    given: twice,
    expected: [2, 1, 1],
    spanMs: 10_000,
  },
  "hedge around failOn: a value that is refused does not win": {
    options: { ...HEDGE, ...TIMEOUT, ...no, failOn: (value: unknown) => value === 0 },
    steps: ["hang", ok(0)],
    expected: [2, 2, "all failed: attempts"],
  },
  "fallback around the hedge: after both attempts": {
    options: { ...FALLBACK, ...HEDGE, ...TIMEOUT, ...no },
    steps: ["hang"],
    expected: [2, 2, "plan B"],
  },
  "deadline around the hedge: it ends both attempts": {
    options: { ...DEADLINE, ...HEDGE },
    steps: ["hang"],
    expected: [2, 2, "all failed: deadline"],
    spanMs: 1_000,
  },
  "deadline around the hedge: at the very moment it comes there is none": {
    options: { deadline: "1s", ...HEDGE },
    steps: ["hang"],
    expected: [1, 1, "all failed: deadline"],
  },
  "deadline around the hedge around the rate limit: a hedge that would be too late is not made": {
    options: { ...DEADLINE, ...HEDGE, ...RATE },
    steps: ["hang"],
    expected: [1, 1, "all failed: deadline"],
  },
  "deadline around the hedge: what failed before it ended the other": {
    options: { ...DEADLINE, ...HEDGE },
    steps: ["hang", busy],
    expected: [2, 2, "all failed: deadline"],
    spanMs: 1_000,
  },
  "reraise around the hedge: what the last of both threw comes out": {
    options: { ...RETRY, ...HEDGE, ...TIMEOUT, ...no, reraise: true },
    steps: ["hang", busy],
    expected: [2, undefined as never, "timeout: 2 s"],
  },
  "reraise around the deadline around the hedge": {
    options: { ...DEADLINE, ...HEDGE, reraise: true },
    steps: ["hang"],
    expected: [2, undefined as never, "timeout: 5 s"],
  },
  "retry with a budget around the hedge: it takes one retry": {
    options: { ...RETRY, ...HEDGE, ...TIMEOUT, retryBudget: { ratio: 0, minPerSecond: 0.1 } },
    steps: ["hang"],
    expected: [2, 2, "all failed: budget"],
    spanMs: 1_000,
  },
  "retry with a budget around the hedge: one that is refused gives it back": {
    options: { ...FULL, ...RETRY, ...HEDGE, ...TIMEOUT, retryBudget: { ratio: 0, minPerSecond: 0.1 } },
    steps: ["hang", ok(1)],
    expected: [2, 2, 1],
    spanMs: 3_000,
  },
  "health around the hedge: both attempts are one failure of the value": {
    options: { ...HEALTH, allowedFails: 2, ...HEDGE, ...TIMEOUT, ...no },
    steps: ["hang", "hang", ok(1), "hang", ok(2)],
    given: twice,
    everyS: 6,
    // The first value hangs twice, the second succeeds; then the first hangs, and its hedge succeeds.
    expected: [5, 2, 2],
    spanMs: 7_000,
  },
  "cache around retry: the rounds are one miss, and a hit makes none": {
    options: { ...CACHE, ...RETRY },
    steps: [busy, busy, ok(1)],
    given: twice,
    everyS: 60,
    expected: [3, 0, 1],
  },
  "cache around retry: what failed is not kept": {
    options: { ...CACHE, ...RETRY },
    steps: [busy, busy, busy, ok(1)],
    given: twice,
    everyS: 60,
    expected: [4, 1, 1],
  },
  "cache around retry: cacheErrors keeps the error of all rounds, and its hit makes none": {
    options: { ...CACHE, ...RETRY, cacheErrors: "5m" },
    steps: [busy],
    given: twice,
    everyS: 60,
    expected: [3, 3, "all failed: attempts"],
  },
  "fallback around the cache: it answers a kept error, too": {
    options: { ...CACHE, ...no, ...FALLBACK, cacheErrors: "5m" },
    steps: [busy, ok(1)],
    given: twice,
    everyS: 1,
    expected: [1, 0, "plan B"],
  },
  "cache around the breaker: cacheErrors keeps no refusal": {
    options: { ...CACHE, ...BREAKER, ...HASTY, ...no, cacheErrors: "1s" },
    steps: [busy, ok(1)],
    given: [...twice, ...twice],
    everyS: 5,
    expected: [2, 0, 1],
  },
  "cache around the deadline: cacheErrors keeps no end of it": {
    options: { ...CACHE, ...DEADLINE, cacheErrors: "1h" },
    steps: ["hang", ok(1)],
    given: twice,
    everyS: 10,
    expected: [2, 1, 1],
  },
  "cache around argFallback: cacheErrors keeps the error of all values": {
    options: { ...CACHE, ...ARG, ...no, cacheErrors: "1h" },
    steps: [busy],
    given: twice,
    everyS: 1,
    expected: [2, 2, "all failed: attempts"],
  },
  "cache around the timeout: cacheErrors keeps what it cut off": {
    options: { ...CACHE, ...TIMEOUT, ...no, cacheErrors: "1h" },
    steps: ["hang", ok(1)],
    given: twice,
    everyS: 10,
    expected: [1, 1, "all failed: attempts"],
  },
  "cache around retry: what cacheIf leaves out runs anew, with no retry": {
    options: { ...CACHE, ...RETRY, cacheIf: () => false },
    steps: [ok(1)],
    given: twice,
    everyS: 1,
    expected: [2, 1, 1],
  },
  "cache around the rate limit: a refresh ahead takes a token, its hit none": {
    options: { ...CACHE, ...RATE, ...no, cacheTtl: "10s", cacheRefreshAhead: 1e9, rateLimitMaxWait: 0 },
    steps: [ok(1)],
    given: twice,
    everyS: 9,
    expected: [1, 0, 1],
  },
  "cache around the rate limit: a hit takes no token": {
    options: { ...CACHE, ...RATE, ...no, rateLimitMaxWait: 0 },
    steps: [ok(1)],
    given: twice,
    expected: [1, 0, 1],
  },
  "cache around the deadline: a hit is never late, and a late call leaves nothing": {
    options: { ...CACHE, ...DEADLINE },
    steps: ["hang", ok(1)],
    given: [...twice, ...twice],
    everyS: 10,
    expected: [2, 0, 1],
  },
  "cacheLock around retry: the rounds of a call are one run, and a hit makes none": lockedCase(RETRY, {
    steps: [busy, ok(1)],
    given: twice,
    everyS: 5,
    expected: [2, 0, 1],
  }),
  "cacheLock around retry: a call that failed has given the lock back": lockedCase({ ...RETRY, ...no }, {
    steps: [busy, ok(1)],
    given: twice,
    everyS: 1,
    expected: [2, 1, 1],
  }),
  "cacheLock around the deadline: a late call has given the lock back": lockedCase({ ...DEADLINE, ...no }, {
    steps: ["hang", ok(1)],
    given: twice,
    everyS: 5,
    expected: [2, 1, 1],
  }),
  "cacheLock around the rate limit: calls that share a run take one token": lockedCase({ ...RATE, ...no }, {
    steps: [ok(1)],
    given: [...twice, ...twice],
    expected: [1, 0, 1],
  }),
  "cacheLock around the breaker: a refusal gives the lock back": lockedCase({ ...BREAKER, ...HASTY, ...no }, {
    steps: [busy, ok(1)],
    given: [...twice, [["k1", "k2"]]],
    everyS: 9,
    expected: [2, 1, 1],
  }),
  "fallback around the cache: what it answers is not kept": {
    options: { ...CACHE, ...no, ...FALLBACK },
    steps: [busy, ok(1)],
    given: twice,
    everyS: 1,
    expected: [2, 1, 1],
  },
  "fallback around the deadline": {
    options: { ...FALLBACK, ...DEADLINE },
    steps: ["hang"],
    expected: [1, 1, "plan B"],
  },
  "fallback around retry: after all rounds": {
    options: { ...FALLBACK, ...RETRY },
    steps: [busy],
    expected: [3, 3, "plan B"],
  },
  "fallback leaves what is thrown on": {
    options: { ...FALLBACK, ...RETRY, retryOn: RangeError },
    steps: [bug],
    expected: [1, undefined as never, BUG],
  },
  "fallback leaves a RateLimitError": {
    options: { ...FALLBACK, ...RATE, rateLimitMaxWait: "1s" },
    steps: [ok(1)],
    given: twice,
    expected: [1, undefined as never, "rate limit: 10 s"],
  },
  "deadline around retry: a wait that would pass it is not begun": {
    options: { ...DEADLINE, retries: 9, minDelay: "2s", maxDelay: "2s" },
    steps: [busy],
    expected: [3, 3, "all failed: deadline"],
    spanMs: 4_000,
  },
  "deadline around the rate limit: a wait for a token that would pass it is not begun": {
    options: { ...DEADLINE, ...RATE, ...RETRY },
    steps: [busy],
    expected: [1, 1, "all failed: deadline"],
  },
  "deadline around the fallback delay": {
    options: { ...DEADLINE, ...ARG, fallbackDelay: "6s", retries: 0 },
    steps: [busy],
    expected: [1, 1, "all failed: deadline"],
  },
  "deadline around the timeout: the attempt that runs is cut": {
    options: { deadline: "3s", timeout: "2s", retries: 5, minDelay: 0, maxDelay: 0 },
    steps: ["hang"],
    expected: [2, 2, "all failed: deadline"],
    spanMs: 2_000,
  },
  "retry around the fallback values: each round tries them all": {
    options: { ...RETRY, ...ARG },
    steps: [busy],
    expected: [6, 6, "all failed: attempts"],
    spanMs: 2_000,
  },
  "retry around the rate limit: each attempt takes a token": {
    options: { ...RETRY, ...RATE },
    steps: [busy],
    expected: [3, 3, "all failed: attempts"],
    spanMs: 20_000,
  },
  "retry around the timeout: each attempt has its own": {
    options: { ...RETRY, ...TIMEOUT },
    steps: ["hang", "hang", ok(1)],
    expected: [3, 3, 1],
    spanMs: 6_000,
  },
  "fallback values around the rate limit: each value takes a token": {
    options: { ...no, ...ARG, ...RATE },
    steps: [busy],
    expected: [2, 2, "all failed: attempts"],
    spanMs: 10_000,
  },
  "fallback values around the timeout: each value has its own": {
    options: { ...no, ...ARG, ...TIMEOUT },
    steps: ["hang", ok(1)],
    expected: [2, 2, 1],
    spanMs: 2_000,
  },
  "rate limit around the timeout: the wait for a token does not use it up": {
    options: { ...no, ...RATE, ...TIMEOUT },
    steps: [ok(1)],
    given: twice,
    expected: [2, 1, 1],
    spanMs: 10_000,
  },
  "cache around the fallback values: a value that got through is kept, whichever it was": {
    options: { ...CACHE, ...ARG, ...no },
    steps: [busy, ok(1)],
    given: [[["k1", "k2"]], [["k3"]]],
    everyS: 1,
    expected: [2, 0, 1],
  },
  "cache around the timeout": {
    options: { ...CACHE, ...TIMEOUT, ...no },
    steps: ["hang", ok(1)],
    given: [...twice, ...twice],
    everyS: 3,
    expected: [2, 0, 1],
  },
  "the breaker alone: a call is refused while it is open": {
    options: { ...BREAKER, ...no },
    steps: [busy],
    given: twice,
    everyS: 4,
    expected: [1, undefined as never, "circuit open: 6 s"],
  },
  "retry around the breaker: the wait for it takes no retry": {
    options: { ...BREAKER, ...RETRY, retries: 1 },
    steps: [busy, busy, ok(1)],
    // Refused after the first attempt, which failed, it waits for 10 s; the trial fails, and ends the call.
    expected: [2, 2, "all failed: attempts"],
    spanMs: 10_000,
  },
  "retry around the breaker: what opened it is in the error": {
    options: { ...BREAKER, ...RETRY, ...HASTY },
    steps: [busy],
    expected: [1, 1, "all failed: retry_after"],
  },
  "cache around the breaker: a hit asks no breaker": {
    options: { ...BREAKER, ...CACHE, ...no },
    steps: [ok(1), busy],
    given: [[["k1"], "a"], [["k1"], "b"], [["k1"], "a"]],
    everyS: 1,
    expected: [2, 0, 1],
  },
  "cache around the breaker: an old value takes the place of a refusal": {
    options: { ...BREAKER, ...CACHE, ...no, cacheTtl: 1, cacheStaleIfError: "1h" },
    steps: [ok(1), busy],
    given: [...twice, ...twice],
    everyS: 3,
    expected: [2, 0, 1],
  },
  "fallback around the breaker: a refusal is answered": {
    options: { ...BREAKER, ...FALLBACK, ...no },
    steps: [busy],
    given: twice,
    expected: [1, 0, "plan B"],
  },
  "deadline around the breaker: a wait for it that would pass the deadline is not begun": {
    options: { ...BREAKER, ...RETRY, ...DEADLINE },
    steps: [busy],
    expected: [1, 1, "all failed: deadline"],
  },
  "deadline around the breaker: an attempt that it ends opens it": {
    options: { ...BREAKER, ...no, ...DEADLINE },
    steps: ["hang"],
    given: twice,
    everyS: 6,
    expected: [1, undefined as never, "circuit open: 9 s"],
  },
  "fallback values around the breaker: each value has one": {
    options: { ...BREAKER, ...ARG, ...no },
    steps: [busy, ok(1)],
    given: twice,
    everyS: 1,
    expected: [3, 1, 1],
  },
  "breaker around the rate limit: what it refuses takes no token, and what is refused there does not count": {
    options: { ...BREAKER, ...RATE, ...no, rateLimitMaxWait: "5s" },
    steps: [ok(1), busy, ok(1)],
    // At 0 s a token, at 4 s none, at 8 s one in 2 s, which fails at 10 s: refused until 20 s, when a token is there.
    given: [...twice, ...twice, ...twice],
    everyS: 4,
    expected: [3, 1, 1],
    spanMs: 20_000,
  },
  "breaker around the timeout: an attempt that takes too long opens it": {
    options: { ...BREAKER, ...TIMEOUT, ...no },
    steps: ["hang"],
    given: twice,
    everyS: 3,
    expected: [1, undefined as never, "circuit open: 9 s"],
  },
  "breaker around failOn: a value that is refused opens it": {
    options: { ...BREAKER, ...no, failOn: (value: unknown) => value === "bad" },
    steps: [ok("bad")],
    given: twice,
    everyS: 1,
    expected: [1, undefined as never, "circuit open: 9 s"],
  },
  "retry around the health: a round that ends with a value that cools down tries the one that is due first": {
    options: { ...RETRY, ...HEALTH },
    steps: [busy],
    expected: [6, 6, "all failed: attempts"],
    spanMs: 2_000,
  },
  "cache around the health: a hit asks no value": {
    options: { ...CACHE, ...HEALTH, ...no },
    steps: [busy, ok(1)],
    given: twice,
    everyS: 1,
    expected: [2, 0, 1],
  },
  "deadline around the health: an attempt that it ends lets the value cool down": {
    options: { ...HEALTH, ...DEADLINE, ...no },
    steps: ["hang", busy, ok(1)],
    given: twice,
    everyS: 6,
    // The first value hangs, the second fails, and the first is due first.
    expected: [3, 2, 1],
  },
  "health around the breaker: a value whose circuit is open makes way": {
    options: { ...BREAKER, ...HEALTH, allowedFails: 2, ...no },
    steps: [busy, ok(1)],
    given: twice,
    everyS: 1,
    expected: [3, 1, 1],
  },
  "health around the rate limit: each value has a limit of its own": {
    options: { ...HEALTH, ...RATE, ...no },
    steps: [busy, ok(1)],
    expected: [2, 2, 1],
    spanMs: 0,
  },
  "health around the timeout: a value that takes too long cools down": {
    options: { ...HEALTH, ...TIMEOUT, ...no },
    steps: ["hang", ok(1)],
    given: twice,
    everyS: 3,
    expected: [3, 1, 1],
  },
  "health around failOn: a value that is refused cools down": {
    options: { ...HEALTH, ...no, failOn: (value: unknown) => value === "bad" },
    steps: [ok("bad"), ok(1)],
    given: twice,
    everyS: 1,
    expected: [3, 1, 1],
  },
  "fallback around the health": {
    options: { ...HEALTH, ...FALLBACK, ...no },
    steps: [busy],
    expected: [2, 2, "plan B"],
  },
  "reraise around the health: what the last value threw comes out": {
    options: { ...HEALTH, ...no, reraise: true },
    steps: [busy, bug],
    expected: [2, undefined as never, BUG],
  },
  "reraise around the breaker: the refusal comes out": {
    options: { ...BREAKER, ...RETRY, ...HASTY, reraise: true },
    steps: [busy],
    expected: [1, undefined as never, "circuit open: 9 s"],
  },
  "concurrency around the timeout: the wait for a slot uses none of it up, and what times out frees one": {
    options: { ...SLOT, ...TIMEOUT, ...no },
    steps: ["hang", ok(1)],
    given: twice,
    expected: [2, 1, 1],
    spanMs: 2_000,
  },
  "deadline around concurrency: what it ends frees a slot, and the wait for one counts": {
    options: { ...SLOT, ...DEADLINE, ...no },
    steps: ["hang"],
    given: twice,
    everyS: 1,
    expected: [2, 1, "all failed: deadline"],
    spanMs: 5_000,
  },
  "cache around concurrency: a hit takes no slot": {
    options: { ...FULL, ...CACHE, ...no },
    steps: [ok(1), "hang"],
    given: [[["k1"], "a"], [["k1"], "b"], [["k1"], "a"]],
    everyS: 1,
    expected: [2, 0, 1],
  },
  "retry around concurrency: no slot is held between two rounds": {
    options: { ...FULL, ...RETRY },
    steps: [busy, ok(1), ok(2)],
    given: twice,
    everyS: 0.5,
    // The other call runs in between; the second round ends last.
    expected: [3, 2, 2],
    spanMs: 1_000,
  },
  "retry with a budget around fallback values: only rounds are taken from it": {
    options: { ...ARG, ...RETRY, retryBudget: { ratio: 0, minPerSecond: 0.1 } },
    steps: [busy],
    expected: [4, 4, "all failed: budget"],
  },
  "retry with a budget within the cache: a hit adds nothing to it": {
    options: { ...CACHE, ...RETRY, retryBudget: { ratio: 0.5, minPerSecond: 0 } },
    steps: [ok(1), busy],
    given: [[["k1", "k2"]], [["k1", "k2"]], [["k3"]]],
    everyS: 1,
    expected: [2, 1, "all failed: budget"],
  },
  "retry around concurrency: a refusal takes no retry": {
    options: { ...FULL, ...RETRY },
    steps: ["hang"],
    given: twice,
    everyS: 1,
    expected: [1, undefined as never, "overload"],
  },
  "fallback around concurrency: a refusal is answered": {
    options: { ...FULL, ...FALLBACK, ...no },
    steps: ["hang"],
    given: twice,
    expected: [1, 0, "plan B"],
  },
  "fallback values around concurrency: all values share the slots": {
    options: { ...FULL, ...ARG, ...no },
    steps: ["hang"],
    given: twice,
    expected: [1, undefined as never, "overload"],
  },
  "breaker around concurrency: a refusal does not count": {
    options: { ...BREAKER, ...FULL, ...no },
    steps: ["hang"],
    given: [...twice, ...twice],
    everyS: 1,
    expected: [1, undefined as never, "overload"],
  },
  "breaker around concurrency: what it refuses takes no slot": {
    options: { ...BREAKER, ...FULL, ...no },
    steps: [busy, ok(1)],
    given: [...twice, ...twice],
    everyS: 4,
    expected: [2, 1, 1],
    spanMs: 12_000,
  },
  "concurrency around the rate limit: a slot is held while its call waits for a token": {
    options: { ...FULL, ...RATE, ...no },
    steps: [ok(1)],
    given: [...twice, [["k1"]]],
    everyS: 1,
    // The third is refused, and the second ends last.
    expected: [2, 1, 1],
    spanMs: 10_000,
  },
  "concurrency around the rate limit: what is refused there frees its slot": {
    options: { ...FULL, ...RATE, ...no, rateLimitMaxWait: "5s" },
    steps: [ok(1)],
    given: [...twice, ...twice],
    everyS: 4,
    // At 0 s a token, at 4 s none within 5 s, at 8 s one in 2 s; at 12 s none.
    expected: [2, undefined as never, "rate limit: 8 s"],
    spanMs: 10_000,
  },
  "concurrency around failOn: a value that is refused frees its slot": {
    options: { ...FULL, ...no, failOn: (value: unknown) => value === "bad" },
    steps: [ok("bad"), ok(1)],
    given: twice,
    expected: [2, 1, 1],
  },
  "reraise around concurrency: the refusal comes out": {
    options: { ...FULL, ...RETRY, reraise: true },
    steps: ["hang"],
    given: twice,
    expected: [1, undefined as never, "overload"],
  },
  "cache around several limits: a hit takes no token": {
    options: { ...CACHE, ...LIMITS, ...no },
    steps: [ok("value")],
    given: twice,
    everyS: 1,
    expected: [1, 0, "value"],
  },
  "deadline around several limits: a wait that would pass it is not begun": {
    options: { ...LIMITS, ...no, ...DEADLINE },
    steps: [ok(1)],
    given: [...twice, ...twice],
    expected: [2, 0, "all failed: deadline"],
  },
  "retries around several limits: each attempt takes its cost": {
    options: { ...LIMITS, ...RETRY },
    steps: [busy, busy, ok(1)],
    expected: [3, 3, 1],
    spanMs: 20_000,
  },
  "retries around the pace of the server: the retry waits once": {
    options: { ...PACED, ...RETRY },
    steps: [slowDown, ok(1)],
    expected: [2, 2, 1],
    spanMs: 10_000,
  },
  "fallback values around several limits: each takes its cost": {
    options: { ...LIMITS, ...ARG, ...no },
    steps: [busy, ok(1)],
    expected: [2, 2, 1],
  },
  "fallback values around the pace of the server: the next value is tried at once": {
    options: { ...PACED, ...ARG, ...no },
    steps: [slowDown, ok(1)],
    expected: [2, 2, 1],
    spanMs: 0,
  },
  "fallback around the pace of the server: a refusal is not replaced": {
    options: { ...PACED, ...FALLBACK, ...no, rateLimitMaxWait: "1s" },
    steps: [slowDown],
    given: twice,
    everyS: 1,
    expected: [1, undefined as never, "rate limit: 9 s"],
  },
  "values with health around the pace of the server: each waits for its own": {
    options: { ...PACED, ...ARG, ...no, fallbackStrategy: "ordered", allowedFails: 9 },
    steps: [slowDown, ok(1), ok(2)],
    given: twice,
    everyS: 12,
    expected: [3, 1, 2],
    spanMs: 12_000,
  },
  "breaker around the pace of the server: what it refuses does not count": {
    options: { ...PACED, ...no, rateLimitMaxWait: "1s", circuitBreaker: { consecutiveFailures: 2, openFor: "1h" } },
    steps: [slowDown, ok(1)],
    given: [...twice, ...twice],
    everyS: 4,
    expected: [2, 1, 1],
  },
  "the pace of the server around failOn: a value that is refused sets it": {
    options: { ...PACED, ...no, rateLimitMaxWait: "1s", failOn: isFailedResponse },
    steps: [ok(new Response(null, { status: 429, headers: { "RateLimit": '"a";r=0;t=10' } }))],
    given: twice,
    everyS: 1,
    expected: [1, undefined as never, "rate limit: 9 s"],
  },
  "several limits around the timeout: the wait is no part of it": {
    options: { ...LIMITS, ...no, ...TIMEOUT },
    steps: [ok(1)],
    given: [...twice, ...twice],
    expected: [4, 1, 1],
    spanMs: 40_000,
  },
  "reraise around several limits: what the last attempt threw comes out": {
    options: { ...LIMITS, ...RETRY, reraise: true },
    steps: [busy],
    expected: [3, undefined as never, BUSY],
    spanMs: 20_000,
  },
  "the full stack: 3 rounds of 2 values take 6 tokens, and the fallback answers": {
    options: { ...CACHE, ...RETRY, ...ARG, ...TIMEOUT, ...FALLBACK, rateLimit: 1, deadline: "1m" },
    steps: [busy, "hang", busy],
    expected: [6, 6, "plan B"],
    // Tokens at 0, 1, 4 (a hang of 2 s and a wait of 1 s), 5, 6 and 7 s.
    spanMs: 7_000,
  },
  "the full stack: a value that gets through is kept, and a hit makes no call": {
    options: { ...CACHE, ...RETRY, ...ARG, ...TIMEOUT, ...FALLBACK, rateLimit: 1, deadline: "1m" },
    steps: [busy, "hang", busy, ok("value")],
    given: twice,
    everyS: 60,
    expected: [4, 0, "value"],
    spanMs: 5_000,
  },
};

for (const [name, each] of Object.entries(CASES)) {
  Deno.test(`opero() composes ${name}`, () => check(each, lab()));
  Deno.test(`opero() of the light door composes ${name}`, () => check(each, lightLab()));
}

Deno.test("opero() composes its layers in one order, the outermost first", async () => {
  const { opero, clock, events } = lab();
  const order: string[] = [];
  for (const name of ["cacheMiss", "rateLimited", "retry", "fallback", "success"] as const) {
    events.on(name, () => order.push(name));
  }
  let calls = 0;
  const fn = opero((_keys: string[]) => {
    order.push("run");
    return ++calls < 4 ? Promise.reject(BUSY) : Promise.resolve(1);
  }, { ...CACHE, ...RETRY, ...ARG, ...TIMEOUT, deadline: "1m", rateLimit: 1 });
  const done = fn(["k1", "k2"]);
  await clock.tick("1m");
  assertEquals(await done, 1);
  assertEquals(order, [
    "cacheMiss",
    "run",
    "fallback",
    "rateLimited",
    "run",
    "retry",
    "run",
    "fallback",
    "rateLimited",
    "run",
    "success",
  ]);
});

Deno.test("opero() keeps the errors of every layer in one AllFailedError", async () => {
  const { opero, clock } = lab();
  const { run } = scripted(busy, "hang", { error: undefined });
  const fn = opero(run, { retries: 2, minDelay: 0, maxDelay: 0, timeout: "1s" });
  const rejected = rejectionOf(fn());
  await clock.tick("1m");
  const { errors, message } = await rejected as AllFailedError;
  assertInstanceOf(errors[1], TimeoutError);
  assertEquals([errors[0], errors[2], errors.length], [BUSY, undefined, 3]);
  assertEquals(message, 'All 3 attempts of "run" failed: 1 × Error, 1 × TimeoutError, 1 × undefined');
  assertEquals((errors[1] as Error).message, 'An attempt of "run" took longer than 1 s');
});
