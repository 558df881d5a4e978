import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import {
  AllFailedError,
  createOpero,
  currentCall,
  type OperoEvents,
  type OperoOptions,
  TimeoutError,
} from "@opero/core";
import { outcomeOf } from "../support/outcome.ts";
import { CountedSignal } from "../support/counted_signal.ts";
import { lab, rejectionOf } from "../support/lab.ts";
import { runs } from "../support/runs.ts";

const BUSY = new Error("busy");
const STOP = { name: "anything may be a reason" };

/** Options under which a call that fails throughout waits for everything that can be waited for. */
const ALL_WAITS: OperoOptions = {
  retries: 2,
  minDelay: "1s",
  maxDelay: "1s",
  argFallback: 0,
  fallbackDelay: "500ms",
  rateLimit: 1,
  timeout: "300ms",
  deadline: "1h",
  cache: true,
};

/** The same, where the call waits for its circuit breaker, too. */
const BREAKER_WAITS: OperoOptions = {
  ...ALL_WAITS,
  circuitBreaker: { consecutiveFailures: 1, openFor: "5s", halfOpenCalls: 1 },
};

/** The same, where the values cool down, and each has a rate of its own: it ends at 4 400 ms. */
const HEALTH_WAITS: OperoOptions = { ...ALL_WAITS, fallbackStrategy: "round_robin", allowedFails: 2, cooldown: "2s" };

/** The same, where it waits for a pause by the server, and for tokens by cost. */
const PACED_WAITS: OperoOptions = {
  ...ALL_WAITS,
  rateLimit: [{ limit: 1 }, { limit: 100, per: "10s", cost: () => 40, strict: true }],
};

/** The same, where hedges wait for their time, for a slot beside the call that runs, and for a token: it ends at 9 000 ms. */
const HEDGE_WAITS: OperoOptions = {
  ...ALL_WAITS,
  rateLimit: { limit: 1, burst: 2 },
  hedge: { after: "100ms", max: 2, budget: 1 },
  concurrency: { limit: 1, maxWait: "1m" },
};

interface Aborted {
  readonly atMs: number;
  readonly viaOption?: boolean;
  readonly options?: OperoOptions;
}

/** Aborts a call that hangs and fails by turns, `atMs` after its start. */
async function abortAt({ atMs, viaOption = false, options = ALL_WAITS }: Aborted) {
  const { opero, clock } = lab();
  const counted = new CountedSignal();
  const { signal } = counted;
  const starts: number[] = [];
  const begin = clock.now();
  const signals: AbortSignal[] = [];
  const fn = opero((_keys: string[]): Promise<number> => {
    starts.push(clock.now() - begin);
    signals.push(currentCall().signal);
    return starts.length % 2 === 0 ? new Promise(() => {}) : Promise.reject(BUSY);
  }, { ...options, ...(viaOption ? { signal } : {}) } as object);
  let settledMs: number | undefined;
  const outcome = outcomeOf(viaOption ? fn(["a", "b"]) : fn.with({ signal })(["a", "b"]));
  outcome.then(() => settledMs = clock.now() - begin);
  await clock.tick(atMs / 1_000);
  const callsBefore = starts.length;
  counted.abort(STOP);
  await clock.tick();
  const pending = clock.pending;
  await clock.tick("1h");
  return { outcome: await outcome, callsBefore, calls: starts.length, pending, settledMs, counted, signals };
}

// The course without an abort: starts at 0, 1 000 (a token; hangs 300 ms), 2 300 (after 1 s), 3 300, 4 600, 5 600; ends at 5 900.
const MOMENTS: Record<string, number> = {
  "right after the start": 0,
  "between two fallback values": 250,
  "at the end of the fallback delay": 500,
  "while it waits for a token": 700,
  "while an attempt hangs": 1_100,
  "when an attempt times out": 1_300,
  "between two rounds": 1_800,
  "at the start of a round": 2_300,
  "between the values of the second round": 2_500,
  "while the last attempt hangs": 5_700,
};

for (const [moment, atMs] of Object.entries(MOMENTS)) {
  for (const viaOption of [false, true]) {
    Deno.test(`${viaOption ? "signal" : "with({ signal })"} ends a call at once ${moment}, and leaves nothing`, async () => {
      const { outcome, calls, callsBefore, pending, settledMs, counted } = await abortAt({ atMs, viaOption });
      assert(!outcome.ok);
      assertStrictEquals((outcome as { error: unknown }).error, STOP);
      assertEquals([settledMs, calls, pending, counted.listeners], [atMs, callsBefore, 0, 0]);
    });
  }
}

Deno.test("signal ends a call at once at any moment, and leaves nothing", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 5_899 }), async (atMs) => {
      const { outcome, calls, callsBefore, pending, settledMs, counted } = await abortAt({ atMs });
      assertEquals(outcome, { ok: false, error: STOP });
      assertEquals([settledMs, calls, pending, counted.listeners], [atMs, callsBefore, 0, 0]);
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("signal ends a call at once at any moment that its circuit is open or half-open, and leaves nothing", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 7_799 }), async (atMs) => {
      const aborted = await abortAt({ atMs, options: BREAKER_WAITS });
      assertEquals(aborted.outcome, { ok: false, error: STOP });
      const { calls, callsBefore, pending, settledMs, counted } = aborted;
      assertEquals([settledMs, calls, pending, counted.listeners], [atMs, callsBefore, 0, 0]);
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("signal ends a call at once at any moment that its values are tried by their health, and leaves nothing", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 4_399 }), async (atMs) => {
      const aborted = await abortAt({ atMs, options: HEALTH_WAITS });
      assertEquals(aborted.outcome, { ok: false, error: STOP });
      const { calls, callsBefore, pending, settledMs, counted } = aborted;
      assertEquals([settledMs, calls, pending, counted.listeners], [atMs, callsBefore, 0, 0]);
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("signal ends a call at once at any moment of its hedges, and leaves nothing", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 8_999 }), async (atMs) => {
      const aborted = await abortAt({ atMs, options: HEDGE_WAITS });
      assertEquals(aborted.outcome, { ok: false, error: STOP });
      const { calls, callsBefore, pending, settledMs, counted } = aborted;
      assertEquals([settledMs, calls, pending, counted.listeners], [atMs, callsBefore, 0, 0]);
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("signal ends a call at once at any moment that it waits for a slot, and leaves nothing", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 3_999 }), async (atMs) => {
      const { opero, clock } = lab({ retries: 0 });
      const counted = new CountedSignal();
      const begin = clock.now();
      const starts: [id: string, atMs: number][] = [];
      const fn = opero(async (id: string) => {
        starts.push([id, clock.now() - begin]);
        await clock.sleep(1_000);
      }, { concurrency: { limit: 1, maxWait: "1m" }, deadline: "1h", timeout: "1m" });
      const before = Promise.all(["a", "b", "c"].map((id) => fn(id)));
      let settledMs: number | undefined;
      const outcome = outcomeOf(fn.with({ signal: counted.signal })("aborted"));
      outcome.then(() => settledMs = clock.now() - begin);
      const after = fn("d");
      await clock.tick(atMs / 1_000);
      counted.abort(STOP);
      await clock.tick();
      assertEquals(settledMs, atMs);
      await clock.tick("1h");
      await Promise.all([before, after]);
      assertEquals(await outcome, { ok: false, error: STOP });
      // It began where the abort came after three seconds, and the next then began at once.
      const others = starts.filter(([id]) => id !== "aborted");
      assertEquals(others, [["a", 0], ["b", 1_000], ["c", 2_000], ["d", Math.max(3_000, atMs)]]);
      assertEquals([clock.pending, counted.listeners], [0, 0]);
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("signal ends a call at once at any moment that it waits for tokens of several limits, and leaves nothing", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 19_999 }), async (atMs) => {
      const aborted = await abortAt({ atMs, options: PACED_WAITS });
      assertEquals(aborted.outcome, { ok: false, error: STOP });
      const { calls, callsBefore, pending, settledMs, counted } = aborted;
      assertEquals([settledMs, calls, pending, counted.listeners], [atMs, callsBefore, 0, 0]);
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("signal ends a call at once that waits for the end of a pause", async () => {
  const { opero, clock } = lab();
  const counted = new CountedSignal();
  const fn = opero(() => 1, { rateLimit: 1 });
  fn.limiter?.pause("1h");
  const outcome = outcomeOf(fn.with({ signal: counted.signal })());
  await clock.tick("1s");
  assertEquals(fn.limiter?.waiting, 1);
  counted.abort(STOP);
  assertEquals(await outcome, { ok: false, error: STOP });
  assertEquals([fn.limiter?.waiting, clock.pending, counted.listeners], [0, 0, 0]);
});

Deno.test("signal that aborts after the end changes nothing", async () => {
  const { outcome, calls, counted } = await abortAt({ atMs: 6_000 });
  assert(!outcome.ok);
  assertInstanceOf((outcome as { error: unknown }).error, AllFailedError);
  assertEquals([calls, counted.listeners], [6, 0]);
});

Deno.test("an abort is neither kept as an error, nor does it end a refresh ahead or what others wait for", async () => {
  const { opero, clock } = lab({ random: () => 0.999_999 });
  let calls = 0;
  const fn = opero(async () => {
    const mine = ++calls;
    await clock.sleep(100);
    return mine;
  }, { cache: true, cacheTtl: "10s", cacheRefreshAhead: 1_000, cacheErrors: "1h", cacheTags: () => ["t"] });
  const abortion = new AbortController();
  const aborted = rejectionOf(fn.with({ signal: abortion.signal })());
  abortion.abort(STOP);
  assertStrictEquals(await aborted, STOP);
  const [left, stays] = [new AbortController(), fn()];
  const leaving = rejectionOf(fn.with({ signal: left.signal })());
  left.abort(STOP);
  assertStrictEquals(await leaving, STOP);
  await clock.tick("100ms");
  assertEquals([await stays, calls], [2, 2]);
  const hit = new AbortController();
  assertEquals(await fn.with({ signal: hit.signal })(), 2);
  hit.abort(STOP);
  await clock.tick("100ms");
  assertEquals([await fn.cache.get(), calls], [3, 3]);
  await clock.tick("1h");
  assertEquals(clock.pending, 0);
});

Deno.test("signal that has aborted before makes no call, and looks into no cache", async () => {
  const { opero, events } = lab();
  let calls = 0;
  const told: unknown[] = [];
  events.on("failure", ({ attempts }) => told.push(attempts));
  events.on("cacheMiss", () => told.push("looked"));
  const signal = AbortSignal.abort(STOP);
  const run = () => Promise.resolve(++calls);
  assertStrictEquals(await rejectionOf(opero(run, { signal, cache: true })()), STOP);
  assertStrictEquals(await rejectionOf(opero(run, { cache: true, fallback: 5 }).with({ signal })()), STOP);
  assertEquals([calls, told], [0, [0, 0]]);
});

Deno.test("signal of the option and that of the call both end it", async () => {
  for (const aborting of ["option", "call"] as const) {
    const { opero, clock } = lab();
    const signals = { option: new CountedSignal(), call: new CountedSignal() };
    const fn = opero(() => new Promise(() => {}), { signal: signals.option.signal });
    const rejected = rejectionOf(fn.with({ signal: signals.call.signal })());
    signals[aborting].abort(STOP);
    assertStrictEquals(await rejected, STOP);
    assertEquals([signals.option.listeners, signals.call.listeners, clock.pending], [0, 0, 0]);
  }
});

Deno.test("signal ends all calls that follow it at once", async () => {
  const { opero, clock } = lab();
  const counted = new CountedSignal();
  const fn = opero(() => new Promise(() => {}), { rateLimit: 1 }).with({ signal: counted.signal });
  const rejected = Array.from({ length: 100 }, () => rejectionOf(fn()));
  assertEquals(counted.listeners, 1);
  counted.abort(STOP);
  assertEquals(await Promise.all(rejected), Array(100).fill(STOP));
  assertEquals(clock.pending, 0);
});

Deno.test("signal that aborts frees the place in the queue of the rate limit", async () => {
  const { opero, clock } = lab();
  const begin = clock.now();
  const starts: number[] = [];
  const fn = opero(() => Promise.resolve(void starts.push(clock.now() - begin)), { rateLimit: 1 });
  const controller = new AbortController();
  const calls = [fn(), ...Array.from({ length: 5 }, () => fn.with({ signal: controller.signal })()), fn()].map(
    outcomeOf,
  );
  controller.abort(STOP);
  await clock.tick("10s");
  await Promise.all(calls);
  assertEquals(starts, [0, 1_000]);
});

Deno.test("currentCall().signal aborts with the call, the timeout and the deadline, and never after success", async () => {
  const cases: [OperoOptions, (abort: () => void) => void, (reason: unknown) => boolean][] = [
    [{ timeout: "1s" }, () => {}, (reason) => reason instanceof TimeoutError],
    [{ deadline: "1s" }, () => {}, (reason) => reason instanceof TimeoutError],
    [{}, (abort) => abort(), (reason) => reason === STOP],
  ];
  for (const [options, act, isReason] of cases) {
    const { opero, clock } = lab({ retries: 0 });
    const controller = new AbortController();
    const signals: AbortSignal[] = [];
    const fn = opero((isQuick: boolean) => {
      signals.push(currentCall().signal);
      return isQuick ? Promise.resolve(1) : new Promise(() => {});
    }, { ...options, signal: controller.signal } as object);
    await fn(true);
    const rejected = rejectionOf(fn(false));
    act(() => controller.abort(STOP));
    await clock.tick("1m");
    await rejected;
    controller.abort(STOP);
    assertEquals(signals.map(({ aborted }) => aborted), [false, true]);
    assert(isReason(signals[1]!.reason));
  }
});

Deno.test("currentCall().signal is one per attempt, and a failed attempt's is not aborted", async () => {
  const { opero, clock } = lab();
  const signals: AbortSignal[] = [];
  const fn = opero(() => {
    const { signal } = currentCall();
    assertStrictEquals(currentCall().signal, signal);
    signals.push(signal);
    return Promise.reject(BUSY);
  }, { retries: 1, timeout: "1s", deadline: "1m" });
  const rejected = rejectionOf(fn());
  await clock.tick("1h");
  await rejected;
  assertEquals([new Set(signals).size, signals.some(({ aborted }) => aborted)], [2, false]);
});

Deno.test("currentCall().signal of an attempt that failed is not aborted by the end of its map", async () => {
  const { opmap, clock } = lab();
  const signals: AbortSignal[] = [];
  const fn = opmap(async (item: string) => {
    signals.push(currentCall().signal);
    if (item === "fails at once") throw BUSY;
    await clock.sleep(item === "stops the map" ? 50 : 500);
    throw STOP;
  }, {
    mode: "async",
    onError: "abort",
    retryOn: (error) => error === BUSY,
    minDelay: "1h",
    maxDelay: "2h",
    progress: false,
  });
  const rejected = rejectionOf(fn(["fails at once", "still runs", "stops the map"]));
  await clock.tick("1s");
  await rejected;
  assertEquals(signals.map(({ aborted }) => aborted), [false, true, false]);
});

Deno.test("deadline ends the attempt that runs, and tells the call's attempts", async () => {
  const { opero, clock } = lab();
  const fn = opero(function load() {
    return new Promise(() => {});
  }, { deadline: "1s" });
  const rejected = rejectionOf(fn());
  await clock.tick("1s");
  const error = await rejected as AllFailedError;
  assertInstanceOf(error, AllFailedError);
  assertEquals([error.reason, error.attempts.length, error.attempts[0]!.duration], ["deadline", 1, 1]);
  assertInstanceOf(error.cause, TimeoutError);
  assertEquals(error.message, 'The deadline of "load" came after 1 attempt: 1 × TimeoutError');
  assertEquals(clock.pending, 0);
});

Deno.test("deadline fails a call at once where a wait would pass it: before a round, a value, a token", async () => {
  const waits: OperoOptions[] = [
    { retries: 5, minDelay: "3s", maxDelay: "3s" },
    { retries: 0, argFallback: 0, fallbackDelay: "3s" },
    { retries: 5, minDelay: 0, maxDelay: 0, rateLimit: 1 / 3 },
  ];
  for (const options of waits) {
    const { opero, clock } = lab();
    const begin = clock.now();
    const fn = opero((_keys: string[]) => Promise.reject(BUSY), { deadline: "2s", ...options } as object);
    const rejected = rejectionOf(fn(["a", "b"])).then((
      error,
    ) => [(error as AllFailedError).reason, clock.now() - begin]);
    await clock.tick("1m");
    assertEquals(await rejected, ["deadline", 0]);
  }
});

Deno.test("with({ deadline, timeout }) take the place of the options for one call", async () => {
  const { opero, clock } = lab({ retries: 0 });
  const begin = clock.now();
  const endOf = async (promise: Promise<unknown>) => {
    const error = await rejectionOf(promise);
    return [clock.now() - begin, (error as AllFailedError).reason];
  };
  const fn = opero(() => new Promise(() => {}), { deadline: "10s", timeout: "5s" });
  const ends = [fn(), fn.with({ timeout: "1s" })(), fn.with({ deadline: "2s" })(), fn.with({ timeout: "20s" })()].map(
    endOf,
  );
  await clock.tick("1m");
  assertEquals(await Promise.all(ends), [
    [5_000, "attempts"],
    [1_000, "attempts"],
    [2_000, "deadline"],
    [10_000, "deadline"],
  ]);
});

Deno.test("timeout lets a late answer and a late error go unheard", async () => {
  const { opero, clock } = lab({ retries: 0 });
  for (const isError of [false, true]) {
    const fn = opero(async () => {
      await clock.sleep(2_000);
      if (isError) throw BUSY;
    }, { timeout: "1s" });
    const rejected = rejectionOf(fn());
    await clock.tick("1m");
    assertInstanceOf((await rejected as AllFailedError).cause, TimeoutError);
  }
});

Deno.test("10 000 calls leave no listener on a signal that lives long", async () => {
  const { opero, clock } = lab();
  const counted = new CountedSignal();
  let calls = 0;
  const fn = opero(() => ++calls % 3 === 0 ? Promise.reject(BUSY) : Promise.resolve(calls), {
    signal: counted.signal,
    timeout: "1s",
    deadline: "10s",
  });
  for (let batch = 0; batch < 100; batch++) {
    const all = Promise.all(Array.from({ length: 100 }, () => outcomeOf(fn())));
    await clock.tick("5s");
    await all;
  }
  assertEquals([counted.listeners, counted.most, clock.pending], [0, 1, 0]);
});

Deno.test("200 000 calls with timeout, deadline and signal leave no timer, no listener, and less than 20 MB", async () => {
  const counted = new CountedSignal();
  const { opero } = createOpero({ timeout: "1m", deadline: "1h" });
  const fn = opero((n: number) => Promise.resolve(n), { signal: counted.signal });
  for (let n = 0; n < 20_000; n++) await fn(n);
  // What has not been collected yet is nothing that was left: how much that is depends on when it is looked at.
  setFlagsFromString("--expose-gc");
  const gc: () => void = runInNewContext("gc");
  gc();
  const before = Deno.memoryUsage().heapUsed;
  for (let n = 0; n < 200_000; n++) await fn(n);
  gc();
  const grownMb = (Deno.memoryUsage().heapUsed - before) / 2 ** 20;
  assert(grownMb < 20, `${grownMb} MB`);
  assertEquals(counted.listeners, 0);
});

/** Calls that wait after the event, which they emit at once or, where they are slow, after a second. */
const WAITS_AFTER: readonly (readonly [keyof OperoEvents, OperoOptions, "fails" | "is second" | "is slow"])[] = [
  ["retry", { retries: 1, minDelay: "1m", maxDelay: "1m" }, "fails"],
  ["fallback", { argFallback: 0, fallbackDelay: "1m", retries: 0 }, "fails"],
  ["circuitWait", { circuitBreaker: { consecutiveFailures: 1, openFor: "1m" }, retries: 1, minDelay: "0s" }, "fails"],
  ["rateLimited", { rateLimit: { limit: 1, per: "1m" } }, "is second"],
  ["queued", { concurrency: 1 }, "is second"],
  ["queued", { concurrency: { limit: 1, maxWait: "1m" } }, "is second"],
  ["cacheMiss", { cache: true }, "is slow"],
  ["cacheCoalesced", { cache: true }, "is second"],
  ["hedge", { hedge: { after: "1s" } }, "is slow"],
];

for (const [name, options, kind] of WAITS_AFTER) {
  Deno.test(`a call that a listener to ${name} aborts ends at once: ${JSON.stringify(options)}`, async () => {
    const { opero, clock, events } = lab();
    const fn = opero(async (_values: string[]) => {
      if (kind === "fails") throw BUSY;
      await clock.sleep(600_000);
      return 1;
    }, options as object);
    const first = kind === "is second" ? fn(["a", "b"]) : undefined;
    await clock.tick("1ms");
    const caller = new AbortController();
    let abortedMs = NaN;
    const off = events.on(name, () => {
      caller.abort(STOP);
      abortedMs = clock.now();
    });
    let endedMs = NaN;
    const ended = rejectionOf(fn.with({ signal: caller.signal })(["a", "b"])).finally(() => endedMs = clock.now());
    await clock.tick("2s");
    assertEquals([abortedMs, endedMs], [abortedMs, abortedMs]);
    assertStrictEquals(await ended, STOP);
    off();
    await clock.tick("1h");
    assertEquals(await first, first && 1);
  });
}
