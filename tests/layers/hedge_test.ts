import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { AllFailedError, type AttemptRecord, createOpero, currentCall, type OperoOptions, opmap } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import type { Timer } from "../../src/time/clock.ts";
import { lab } from "../support/lab.ts";
import { printSeed } from "../support/seed.ts";
import { TogetherClock } from "../support/together_clock.ts";
import { seededRandom } from "../../src/testing/seeded_random.ts";

interface Run {
  readonly startedMs: number;
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/** A function whose runs take and end as `runs` say, the last for all others; it does not listen to its signal. */
function slow(runs: readonly { readonly ms: number; readonly error?: unknown }[], options: OperoOptions) {
  const made = lab();
  const { opero, clock } = made;
  const begin = clock.now();
  const log: Run[] = [];
  const fn = opero(async function ask(): Promise<number> {
    const n = log.length;
    const { signal, attempt } = currentCall();
    log.push({ startedMs: clock.now() - begin, attempt, signal });
    const { ms, error } = runs[Math.min(n, runs.length - 1)]!;
    await clock.sleep(ms);
    if (error !== undefined) throw error;
    return n;
  }, { retries: 0, ...options });
  const starts = () => log.map(({ startedMs }) => startedMs);
  const aborted = () => log.map(({ signal }) => signal.aborted);
  return { ...made, fn, log, starts, aborted };
}

/** What `promise` comes to while time passes. */
// deno-lint-ignore no-explicit-any -- it is a value of one test, and an error of another
async function outcome(promise: Promise<unknown>, tick: (duration: "1m") => Promise<unknown>): Promise<any> {
  const settled = promise.then((value) => value, (error) => error);
  await tick("1m");
  return await settled;
}

const HEDGE = { hedge: { after: "200ms" } } as const;

Deno.test("hedge makes no other attempt where the first is quick, nor where it fails at once", async () => {
  const quick = slow([{ ms: 199 }], HEDGE);
  assertEquals(await outcome(quick.fn(), (s) => quick.clock.tick(s)), 0);
  assertEquals([quick.starts(), quick.aborted()], [[0], [false]]);
  assertEquals(quick.clock.pending, 0);
  const failing = slow([{ ms: 10, error: new Error("busy") }], HEDGE);
  const error = await outcome(failing.fn(), (s) => failing.clock.tick(s));
  assertInstanceOf(error, AllFailedError);
  assertEquals([error.attempts.length, failing.starts(), failing.clock.pending], [1, [0], 0]);
});

Deno.test("hedge makes another attempt of a slow call; the first success wins, the other is aborted", async () => {
  const { fn, clock, starts, aborted, log, events } = slow([{ ms: 1_000 }, { ms: 100 }], HEDGE);
  const told: unknown[] = [];
  events.on("hedge", ({ hedge, delay }) => void told.push([hedge, delay]));
  assertEquals(await outcome(fn(), (s) => clock.tick(s)), 1);
  assertEquals([starts(), aborted(), log.map(({ attempt }) => attempt)], [[0, 200], [true, false], [1, 2]]);
  assertEquals(log[0]!.signal.reason.name, "AbortError");
  assertEquals([told, clock.pending], [[[1, 0.2]], 0]);
});

Deno.test("hedge lets the first attempt win where it is sooner after all", async () => {
  const { fn, clock, aborted } = slow([{ ms: 250 }, { ms: 1_000 }], HEDGE);
  const { value, meta } = await outcome(fn.withMeta(), (s) => clock.tick(s));
  assertEquals([value, meta.attempts, aborted()], [0, 2, [false, true]]);
});

Deno.test("hedge makes at most 'max' more, each after the one before was slow", async () => {
  const { fn, clock, starts, aborted } = slow([{ ms: 10_000 }], { hedge: { after: "200ms", max: 3 } });
  assertEquals(await outcome(fn(), (s) => clock.tick(s)), 0);
  assertEquals([starts(), aborted()], [[0, 200, 400, 600], [false, true, true, true]]);
});

Deno.test("hedge fails with all its attempts, each with its own start, and a retry follows once", async () => {
  const runs = [{ ms: 500, error: new RangeError("a") }, { ms: 100, error: new TypeError("b") }, { ms: 1 }];
  const first = slow(runs, { ...HEDGE, retryOn: Error });
  const error = await outcome(first.fn(), (s) => first.clock.tick(s));
  assertInstanceOf(error, AllFailedError);
  const attempts: readonly AttemptRecord[] = error.attempts;
  assertEquals(attempts.map(({ number, duration }) => [number, duration]), [[2, 0.1], [1, 0.5]]);
  assertEquals(error.errors, attempts.map(({ error }) => error));
  const second = slow(runs, { ...HEDGE, retries: 1, retryOn: RangeError, minDelay: "1s", maxDelay: "1s" });
  assertEquals(await outcome(second.fn(), (s) => second.clock.tick(s)), 2);
  assertEquals(second.starts(), [0, 200, 1_500]);
});

Deno.test("hedge goes on with the hedge where the first attempt fails in the meantime", async () => {
  const { fn, clock, aborted } = slow([{ ms: 300, error: new Error("busy") }, { ms: 400 }], HEDGE);
  assertEquals(await outcome(fn(), (s) => clock.tick(s)), 1);
  assertEquals(aborted(), [false, false]);
});

Deno.test("hedge ends all attempts where the call is aborted, or its deadline comes", async () => {
  const controller = new AbortController();
  const stopped = slow([{ ms: 10_000 }], HEDGE);
  const ended = stopped.fn.with({ signal: controller.signal })().catch((error) => error);
  await stopped.clock.tick("300ms");
  controller.abort("stop");
  assertEquals(await ended, "stop");
  assertEquals([stopped.aborted(), stopped.starts()], [[true, true], [0, 200]]);
  const late = slow([{ ms: 10_000 }], { ...HEDGE, deadline: "1s" });
  const error = await outcome(late.fn(), (s) => late.clock.tick(s));
  assertInstanceOf(error, AllFailedError);
  assertEquals([error.reason, late.aborted()], ["deadline", [true, true]]);
});

Deno.test("hedge ends all attempts with their call: each has its record, and its end in the stats", async () => {
  const { fn, clock, starts, aborted } = slow([{ ms: 10_000 }], {
    hedge: { after: "200ms", max: 3 },
    concurrency: 3,
    deadline: "1s",
    stats: true,
    retries: 3,
  });
  const error = await outcome(fn(), (s) => clock.tick(s));
  assertInstanceOf(error, AllFailedError);
  const records: readonly AttemptRecord[] = error.attempts;
  assertEquals(records.map(({ number, duration }) => [number, duration]), [[1, 1], [2, 0.8], [3, 0.6]]);
  assertEquals(records.map(({ error }) => error), Array(3).fill(error.cause));
  assertEquals([starts(), aborted(), fn.stats!().timeouts], [[0, 200, 400], [true, true, true], 3]);
  const controller = new AbortController();
  const stopped = slow([{ ms: 10_000 }], { ...HEDGE, reraise: true, fallback: "instead" });
  const ended = stopped.fn.with({ signal: controller.signal })().catch((error) => error);
  await stopped.clock.tick("300ms");
  controller.abort("stop");
  assertEquals(await ended, "stop");
});

Deno.test("hedge ends with the attempt that is not to be retried, whatever runs beside it", async () => {
  const abort = new DOMException("left", "AbortError");
  const left = slow([{ ms: 10_000 }, { ms: 50, error: abort }], { ...HEDGE, retries: 3 });
  assertStrictEquals(await outcome(left.fn(), (s) => left.clock.tick(s)), abort);
  assertEquals([left.aborted(), left.starts()], [[true, false], [0, 200]]);
  const bug = new TypeError("a bug in the predicate");
  const judged = slow([{ ms: 10_000 }, { ms: 50, error: new Error("busy") }], {
    ...HEDGE,
    retries: 3,
    retryOn: () => {
      throw bug;
    },
  });
  assertStrictEquals(await outcome(judged.fn(), (s) => judged.clock.tick(s)), bug);
  assertEquals([judged.aborted(), judged.clock.pending], [[true, false], 0]);
});

Deno.test("hedge is not begun in a call that ends at that very moment", async () => {
  for (const isAborted of [false, true]) {
    const clock = new TogetherClock();
    const { opero } = createOpero({ clock });
    const controller = new AbortController();
    const starts: number[] = [];
    const fn = opero(() => {
      starts.push(clock.now());
      return new Promise(() => {});
    }, { ...HEDGE, retries: 0, deadline: isAborted ? "1h" : "200ms" });
    if (isAborted) clock.setTimer(200, () => controller.abort("stop"));
    const error = await outcome(fn.with({ signal: controller.signal })(), (s) => clock.tick(s));
    assert(isAborted ? error === "stop" : error instanceof AllFailedError);
    assertEquals([starts.length, clock.pending], [1, 0]);
  }
});

Deno.test("hedge that does not begin takes nothing from the budgets: refused, in vain, or the retry budget used up", async () => {
  const refused = slow([{ ms: 1_000 }], { ...HEDGE, concurrency: { limit: 1, maxQueue: 0 } });
  const shed: unknown[] = [];
  refused.events.on("shed", () => void shed.push(1));
  for (let i = 0; i < 30; i++) await outcome(refused.fn(), (s) => refused.clock.tick(s));
  assertEquals([shed.length, refused.log.length], [30, 30], "each call has its hedge, and none more");
  const inVain = slow([{ ms: 300 }], { ...HEDGE, concurrency: 1 });
  const queued: unknown[] = [];
  inVain.events.on("queued", () => void queued.push(1));
  for (let i = 0; i < 30; i++) await outcome(inVain.fn(), (s) => inVain.clock.tick(s));
  assertEquals([queued.length, inVain.log.length], [30, 30]);
  const retryBudget = { ratio: 0, minPerSecond: 0.1, window: "10s" } as const;
  const poor = slow([{ ms: 300 }], { hedge: { after: "200ms", budget: 0 }, retryBudget });
  // One retry comes back every ten seconds, and there are ten hedges.
  await outcome(Promise.all(Array.from({ length: 20 }, () => poor.fn())), (s) => poor.clock.tick(s));
  for (let i = 0; i < 11; i++) await outcome(poor.fn(), (s) => poor.clock.tick(s));
  assertEquals(poor.log.length, 20 + 11 + 10);
});

Deno.test("hedge that was refused is not asked for again in the same call", async () => {
  const { fn, clock, events, log } = slow([{ ms: 3_000 }], {
    hedge: { after: "200ms", max: 5 },
    rateLimit: 1,
    rateLimitMaxWait: 0,
    stats: true,
  });
  let hedges = 0;
  events.on("hedge", () => void hedges++);
  const call = fn();
  await clock.tick("1s");
  assertEquals(clock.pending, 1, "only the function waits");
  assertEquals(await outcome(call, (s) => clock.tick(s)), 0);
  assertEquals([hedges, log.length, fn.stats!().shed, clock.pending], [1, 1, 1, 0]);
});

Deno.test("hedge is not made while the attempt waits for a token or a slot, and a refused one was not made", async () => {
  const waiting = slow([{ ms: 100 }], { ...HEDGE, rateLimit: 1 });
  const both = Promise.all([waiting.fn(), waiting.fn()]);
  await waiting.clock.tick("5s");
  assertEquals([await both, waiting.starts()], [[0, 1], [0, 1_000]]);
  const refused = slow([{ ms: 1_000 }], { ...HEDGE, concurrency: { limit: 1, maxQueue: 0 } });
  assertEquals(await outcome(refused.fn(), (s) => refused.clock.tick(s)), 0);
  assertEquals([refused.starts(), refused.aborted()], [[0], [false]]);
  const failing = slow([{ ms: 1_000, error: new Error("busy") }], { ...HEDGE, rateLimit: 1, rateLimitMaxWait: "10ms" });
  const error = await outcome(failing.fn(), (s) => failing.clock.tick(s));
  assertInstanceOf(error, AllFailedError);
  assertEquals([error.attempts.length, error.errors.length], [1, 1]);
});

Deno.test("hedge takes a token and a slot of its own, and gives both back where it waits in vain", async () => {
  const { fn, clock, starts } = slow([{ ms: 1_000 }, { ms: 10 }], {
    hedge: { after: "200ms" },
    concurrency: 2,
    rateLimit: { limit: 1, per: "500ms" },
  });
  assertEquals(await outcome(fn(), (s) => clock.tick(s)), 1);
  assertEquals(starts(), [0, 500]);
  const queued = slow([{ ms: 300 }], { ...HEDGE, concurrency: 1 });
  assertEquals(await outcome(queued.fn(), (s) => queued.clock.tick(s)), 0);
  assertEquals(await outcome(queued.fn(), (s) => queued.clock.tick(s)), 1, "the slot was free again");
  assertEquals(queued.starts().length, 2);
});

Deno.test("hedges are a share of the calls at most, with ten at the start", async () => {
  const { fn, clock, log } = slow([{ ms: 300 }], { hedge: { after: "200ms", budget: 0.1 } });
  for (let i = 0; i < 10; i++) await outcome(fn(), (s) => clock.tick(s));
  assertEquals(log.length, 20);
  for (let i = 0; i < 100; i++) await outcome(fn(), (s) => clock.tick(s));
  assert(log.length >= 129 && log.length <= 131, `${log.length}`);
});

Deno.test("hedges are taken from the retry budget, and without it the call just goes on", async () => {
  const options = { ...HEDGE, retryBudget: { ratio: 0, minPerSecond: 0.1, window: "10s" } } as const;
  const { fn, clock, log } = slow([{ ms: 300 }], options);
  assertEquals(await outcome(Promise.all([fn(), fn()]), (s) => clock.tick(s)), [0, 1]);
  assertEquals(log.length, 3);
});

Deno.test("hedge learns from a quantile of the latest attempts when one is slow", async () => {
  const { fn, clock, log } = slow([...Array(20).fill({ ms: 100 }), { ms: 5_000 }, { ms: 50 }], {
    hedge: { after: { quantile: 0.9, minSamples: 20 }, budget: 1 },
  });
  for (let i = 0; i < 20; i++) await outcome(fn(), (s) => clock.tick(s));
  assertEquals(log.length, 20);
  assertEquals(await outcome(fn(), (s) => clock.tick(s)), 21);
  const waited = log[21]!.startedMs - log[20]!.startedMs;
  assert(waited >= 98 && waited <= 103, `${waited}`);
});

Deno.test("hedge learns from the attempt that lost, too, as it would have taken longer", async () => {
  const { fn, clock, events } = slow([{ ms: 100 }, { ms: 100 }, { ms: 1_000 }, { ms: 10 }, { ms: 1_000 }, { ms: 10 }], {
    hedge: { after: { quantile: 0.9, minSamples: 2 }, budget: 1 },
  });
  const delays: number[] = [];
  events.on("hedge", ({ delay }) => void delays.push(delay));
  for (let i = 0; i < 4; i++) await outcome(fn(), (s) => clock.tick(s));
  assertEquals(delays.map((delay) => Math.round(delay * 100)), [10, 11]);
});

Deno.test("hedge that wins took the time since it began itself, as the circuit breaker sees it", async () => {
  const { fn, clock } = slow([{ ms: 1_000 }, { ms: 100 }], {
    ...HEDGE,
    circuitBreaker: { failureRatio: 0.5, minimumCalls: 1, slowCall: "250ms" },
  });
  await outcome(fn(), (s) => clock.tick(s));
  assertEquals([fn.breaker?.state, fn.breaker?.metrics().slowCalls], ["closed", 0]);
});

Deno.test("hedge is one attempt to the circuit breaker and to fallback values", async () => {
  const busy = new Error("busy");
  const { fn, clock } = slow([{ ms: 500, error: busy }], {
    ...HEDGE,
    circuitBreaker: { consecutiveFailures: 2 },
  });
  await outcome(fn(), (s) => clock.tick(s));
  assertEquals([fn.breaker?.state, fn.breaker?.metrics().failures], ["closed", 1]);
  const { opero, clock: time } = lab();
  const seen: string[] = [];
  const keyed = opero(async ([key]: string[]) => {
    seen.push(key!);
    await time.sleep(300);
    if (key === "k1") throw busy;
    return key;
  }, { ...HEDGE, argFallback: 0, retries: 0 });
  assertEquals(await outcome(keyed(["k1", "k2"]), (s) => time.tick(s)), "k2");
  assertEquals(seen, ["k1", "k1", "k2", "k2"]);
});

Deno.test("hedge cancels the body of a Response that comes too late", async () => {
  let cancelled = 0;
  const { opero, clock } = lab();
  const response = () => new Response(new ReadableStream({ cancel: () => void cancelled++ }));
  let n = 0;
  const load = opero(async (): Promise<Response> => {
    await clock.sleep(n++ === 0 ? 1_000 : 10);
    return response();
  }, HEDGE);
  const loaded = load();
  await clock.tick("5s");
  assertEquals([(await loaded).bodyUsed, cancelled], [false, 1]);
  await (await loaded).body!.cancel();
});

Deno.test("hedge works in a pool of threads and of processes, too", async () => {
  for (const mode of ["thread", "process"] as const) {
    const map = opmap(async (ms: number) => {
      const { attempt, signal } = currentCall();
      await new Promise<void>((done) => {
        const timer = setTimeout(done, attempt === 1 ? ms : 0);
        signal.addEventListener("abort", () => (clearTimeout(timer), done()));
      });
      return attempt;
    }, { mode, workers: 2, hedge: { after: "1s" }, progress: false });
    await map([0, 0]);
    assertEquals(await map([60_000, 0]), [2, 1]);
    await map.close();
  }
});

Deno.test("hedge shows what is in force", () => {
  const { opero } = lab();
  const fn = opero(() => 1, { hedge: { after: { quantile: 0.95 } } });
  assertEquals(fn.options.hedge, { after: { quantile: 0.95, minSamples: 50 }, max: 1, budget: 0.1 });
  assertStrictEquals((opero(() => 1, HEDGE).options.hedge as { after: number }).after, 0.2);
});

/** A clock on which no more than `most` timers are set. */
class BoundedClock extends FakeClock {
  #left: number;

  constructor(most: number) {
    super();
    this.#left = most;
  }

  override setTimer(ms: number, callback: () => void): Timer {
    if (this.#left-- === 0) throw new Error("more timers than calls need");
    return super.setTimer(ms, callback);
  }
}

Deno.test("hedge waits once for a slow attempt, whatever the fractions of a millisecond", async () => {
  const random = seededRandom(printSeed());
  for (let n = 0; n < 50; n++) {
    // One for the hedge, one for each of the two attempts; how its rest is rounded may take one more.
    const clock = new BoundedClock(4);
    const { opero } = createOpero({ clock, retries: 0 });
    const ask = opero(() => clock.sleep(1_000, currentCall().signal), { hedge: { after: 0.01 + 0.02 * random() } });
    await clock.tick(random());
    const call = ask();
    await clock.tick("2s");
    await call;
  }
});

Deno.test("hedge is not made while an attempt of a quick function waits, nor is it looked all the time", async () => {
  const clock = new BoundedClock(4_000);
  const { opero, events } = createOpero({ clock });
  let hedges = 0;
  events.on("hedge", () => void hedges++);
  const fn = opero(() => clock.sleep(0), {
    hedge: { after: { quantile: 0.5, minSamples: 2 }, max: 3 },
    rateLimit: 0.1,
  });
  await outcome(Promise.all([fn(), fn()]), (s) => clock.tick(s));
  // The delay is known now, and two of these wait for 10 s and for 20 s.
  await outcome(Promise.all([fn(), fn(), fn()]), (s) => clock.tick(s));
  assertEquals(hedges, 0);
});
