import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import {
  AllFailedError,
  type ConcurrencyConfig,
  createOpero,
  isTransient,
  type OperoOptions,
  OverloadError,
} from "@opero/core";
import { outcomeOf } from "../support/outcome.ts";
import { lab, rejectionOf } from "../support/lab.ts";

/** A function that takes a second, and writes down when each of its calls began; without retries. */
function service(concurrency: OperoOptions["concurrency"], options: OperoOptions = {}) {
  const tools = lab({ retries: 0 });
  const beginMs = tools.clock.now();
  const state = { running: 0, most: 0 };
  const starts: [id: unknown, atMs: number][] = [];
  const fn = tools.opero(async function load(id: unknown, takesMs = 1_000): Promise<unknown> {
    starts.push([id, tools.clock.now() - beginMs]);
    state.most = Math.max(state.most, ++state.running);
    try {
      await tools.clock.sleep(takesMs);
      if (id instanceof Error) throw id;
      return id;
    } finally {
      state.running--;
    }
  }, { ...concurrency === undefined ? {} : { concurrency }, ...options } as object);
  return { ...tools, fn, state, starts };
}

Deno.test("concurrency lets so many run at once, in the order in which they came", async () => {
  const { fn, clock, starts, state } = service(2);
  const calls = Promise.all(["a", "b", "c", "d", "e"].map((id) => fn(id)));
  await clock.tick("10s");
  assertEquals(await calls, ["a", "b", "c", "d", "e"]);
  assertEquals(starts, [["a", 0], ["b", 0], ["c", 1_000], ["d", 1_000], ["e", 2_000]]);
  assertEquals([state.most, clock.pending], [2, 0]);
});

Deno.test("concurrency lets nobody overtake who comes while a slot is handed over", async () => {
  const { fn, clock, starts } = service(1);
  const first = fn("a");
  const second = fn("b");
  const third = first.then(() => fn("c"));
  await clock.tick("10s");
  await Promise.all([second, third]);
  assertEquals(starts.map(([id]) => id), ["a", "b", "c"]);
});

Deno.test("concurrency gives a slot back after a failure, a synchronous error and a timeout", async () => {
  const { opero, clock } = lab({ retries: 0 });
  const fn = opero((how: string) => {
    if (how === "throws") throw new Error("sync");
    if (how === "hangs") return new Promise(() => {});
    return how === "fails" ? Promise.reject(new Error("busy")) : Promise.resolve(how);
  }, { concurrency: 1, timeout: "1s" });
  const outcomes = Promise.all(["fails", "throws", "hangs", "succeeds"].map((how) => outcomeOf(fn(how))));
  await clock.tick("1s");
  assertEquals((await outcomes).map(({ ok }) => ok), [false, false, false, true]);
});

Deno.test("concurrency is an OverloadError at once where maxQueue wait", async () => {
  const { fn, clock, events, starts } = service({ limit: 2, maxQueue: 1 });
  const told: unknown[] = [];
  events.on("queued", ({ functionName, waiting }) => told.push(["queued", functionName, waiting]));
  events.on("shed", ({ waiting }) => told.push(["shed", waiting]));
  const calls = ["a", "b", "c"].map((id) => fn(id));
  const refusal = await rejectionOf(fn("d")) as OverloadError;
  assertInstanceOf(refusal, OverloadError);
  assertEquals(refusal.message, 'Cannot run "load" as all slots (2) are taken, and 1 wait');
  assertEquals([refusal.code, refusal.retryAfter, refusal.cause, isTransient(refusal)], [
    "OVERLOAD",
    undefined,
    undefined,
    true,
  ]);
  assertEquals(told, [["queued", "load", 1], ["shed", 1]]);
  await clock.tick("10s");
  await Promise.all(calls);
  assertEquals(starts.length, 3);
});

Deno.test("concurrency says when a slot may be free once it knows how quickly the queue moves", async () => {
  const { fn, clock } = service({ limit: 1, maxQueue: 2 });
  const calls = ["a", "b", "c"].map((id) => fn(id));
  await clock.tick("2s");
  const more = ["d", "e"].map((id) => fn(id));
  assertEquals((await rejectionOf(fn("f")) as OverloadError).retryAfter, 3);
  await clock.tick("10s");
  await Promise.all([...calls, ...more]);
});

Deno.test("concurrency with maxQueue: 0 or maxWait: 0 lets nobody wait", async () => {
  for (const config of [{ limit: 1, maxQueue: 0 }, { limit: 1, maxWait: 0 }] satisfies ConcurrencyConfig[]) {
    const { fn, clock } = service(config);
    const first = fn("a");
    const refusal = await rejectionOf(fn("b")) as Error;
    assertEquals(refusal.message, 'Cannot run "load" as all slots (1) are taken');
    await clock.tick("1s");
    assertEquals(await first, "a");
    const next = fn("c");
    await clock.tick("1s");
    assertEquals([await next, clock.pending], ["c", 0]);
  }
});

Deno.test("concurrency is an OverloadError once maxWait is over, and the next keeps its place", async () => {
  const { fn, clock, starts } = service({ limit: 1, maxWait: "1500ms" });
  const first = fn("a", 2_000);
  const late = rejectionOf(fn("b"));
  await clock.tick("1s");
  const third = fn("c");
  await clock.tick("500ms");
  const refusal = await late as OverloadError;
  assertEquals(refusal.message, 'Cannot run "load" as none of its slots (1) came free in 1.5 s, and 1 wait');
  await clock.tick("2s");
  assertEquals([await first, await third, starts], ["a", "c", [["a", 0], ["c", 2_000]]] as never);
  assertEquals(clock.pending, 0);
});

Deno.test("concurrency is waited for outside of the timeout, and counts as waited", async () => {
  const { fn, clock } = service(1, { timeout: "1200ms" });
  const first = fn("a");
  const second = fn.withMeta("b");
  await clock.tick("2s");
  assertEquals(await first, "a");
  const { value, meta } = await second;
  assertEquals([value, meta.attempts, meta.waited], ["b", 1, 1]);
});

Deno.test("concurrency that is waited for past the deadline ends the call with the reason 'deadline'", async () => {
  const { fn, clock, starts } = service(1, { deadline: "1500ms" });
  const first = fn("a", 1_400);
  await clock.tick("100ms");
  const second = outcomeOf(fn("b"));
  const third = rejectionOf(fn.with({ deadline: "1s" })("c"));
  await clock.tick("1500ms");
  const failed = await third as AllFailedError;
  assertInstanceOf(failed, AllFailedError);
  assertEquals([failed.reason, failed.attempts.length], ["deadline", 0]);
  assertEquals([await first, starts.map(([id]) => id)], ["a", ["a", "b"]]);
  assertEquals((await second).ok, false);
  await clock.tick("10s");
  assertEquals(clock.pending, 0);
});

Deno.test("concurrency lets an aborted call leave the queue at once, and passes its place on", async () => {
  const { fn, clock, starts } = service({ limit: 1, maxWait: "1h" });
  const controller = new AbortController();
  const first = fn("a");
  const aborted = rejectionOf(fn.with({ signal: controller.signal })("b"));
  const third = fn("c");
  await clock.tick("500ms");
  controller.abort("stop");
  assertEquals(await aborted, "stop");
  await clock.tick("1500ms");
  assertEquals([await first, await third, starts], ["a", "c", [["a", 0], ["c", 1_000]]] as never);
  assertEquals(clock.pending, 0);
});

Deno.test("concurrency passes a slot on that was handed to a call which is aborted in the same moment", async () => {
  const { opero } = lab({ retries: 0 });
  const controller = new AbortController();
  const ends: (() => void)[] = [];
  const started: string[] = [];
  const fn = opero((id: string) => {
    started.push(id);
    return new Promise<void>((resolve) => ends.push(resolve));
  }, { concurrency: 1 });
  const first = fn("a");
  const second = outcomeOf(fn.with({ signal: controller.signal })("b"));
  const third = fn("c");
  ends[0]!();
  // The slot is handed over within the microtasks that follow; the abort comes in each of them in turn.
  await first;
  controller.abort("stop");
  await second;
  await new Promise((resolve) => setTimeout(resolve, 0));
  while (started.at(-1) !== "c") {
    ends.at(-1)!();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  ends.at(-1)!();
  await third;
});

Deno.test("concurrency frees the slot of an attempt that times out, though its function still runs", async () => {
  const { fn, clock, starts, state } = service(1, { timeout: "300ms" });
  const first = rejectionOf(fn("a"));
  const second = fn("b", 100);
  await clock.tick("400ms");
  assertInstanceOf(await first, AllFailedError);
  assertEquals([await second, starts, state.running], ["b", [["a", 0], ["b", 300]], 1] as never);
  await clock.tick("10s");
});

Deno.test("concurrency holds no slot between two attempts, and takes one for each", async () => {
  const { fn, clock, starts } = service(1, { retries: 1, minDelay: "2s", maxDelay: "2s" });
  const failing = rejectionOf(fn(new Error("busy")));
  const other = fn("b");
  await clock.tick("10s");
  await other;
  assertEquals(starts.map(([id, atMs]) => [String(id), atMs]), [["Error: busy", 0], ["b", 1_000], [
    "Error: busy",
    3_000,
  ]]);
  assertInstanceOf(await failing, AllFailedError);
});

Deno.test("concurrency that refuses another attempt ends the call, with what it threw before", async () => {
  const { opero, clock } = lab({ minDelay: "1s", maxDelay: "1s" });
  const busy = new Error("busy");
  const options = { concurrency: { limit: 1, maxQueue: 0 } };
  const load = async (hangs: boolean): Promise<string> => {
    if (hangs) await clock.sleep(1_500);
    throw busy;
  };
  for (const fallback of [undefined, "plan B"]) {
    const fn = opero(load, { ...options, fallback });
    const first = outcomeOf(fn(false));
    await clock.tick("500ms");
    const hanging = outcomeOf(fn.with({ retries: 0 })(true));
    await clock.tick("500ms");
    const outcome = await first;
    if (outcome.ok) assertEquals(outcome.value, "plan B");
    else {
      const failed = outcome.error as AllFailedError;
      assertEquals([failed.reason, failed.attempts.length, failed.errors.length], ["attempts", 1, 2]);
      assertInstanceOf(failed.cause, OverloadError);
      assertStrictEquals((failed.cause as Error).cause, busy);
    }
    assertEquals(outcome.ok, fallback !== undefined);
    await clock.tick("10s");
    await hanging;
  }
});

Deno.test("concurrency that refuses lets the next fallback value be tried", async () => {
  const { opero, clock } = lab({ retries: 0 });
  const tried: string[] = [];
  const fn = opero(async (keys: string[]) => {
    tried.push(keys[0]!);
    await clock.sleep(1_000);
  }, { argFallback: 0, concurrency: { limit: 1, maxQueue: 0 }, concurrencyKey: (keys: string[]) => keys[0] });
  const calls = Promise.all([fn(["k1", "k2"]), fn(["k1", "k2"])]);
  await clock.tick("1s");
  await calls;
  assertEquals(tried, ["k1", "k2"]);
});

Deno.test("concurrencyKey gives each key slots of its own", async () => {
  const { fn, clock, starts } = service(1, { concurrencyKey: (id: string) => id[0] });
  const calls = Promise.all(["a1", "a2", "b1"].map((id) => fn(id)));
  await clock.tick("10s");
  await calls;
  assertEquals(starts, [["a1", 0], ["b1", 0], ["a2", 1_000]]);
});

Deno.test("concurrencyKey that throws ends the call with what it threw", async () => {
  const bug = new Error("a bug in the key");
  const { fn, starts } = service(1, {
    retries: 3,
    concurrencyKey: () => {
      throw bug;
    },
  });
  assertStrictEquals(await rejectionOf(fn("a")), bug);
  assertEquals(starts, []);
});

/** The limit by what it does: how many of a crowd begin at once. */
async function limitOf(fn: (id: unknown, takesMs?: number) => Promise<unknown>, state: { running: number }) {
  const { clock } = state as unknown as { clock: { tick(duration: string): Promise<void> } };
  const crowd = Promise.all(Array.from({ length: 60 }, () => outcomeOf(fn("crowd", 1))));
  await clock.tick("0s");
  const { running } = state;
  await clock.tick("1m");
  await crowd;
  return running;
}

const STATUS = (status: number) => Object.assign(new Error("no"), { status });

Deno.test("concurrency that adapts takes 429, 5xx and timeouts as drops, and no other error", async () => {
  const cases: [string, unknown, OperoOptions, number][] = [
    ["429", STATUS(429), {}, 9],
    ["503", STATUS(503), {}, 9],
    ["404", STATUS(404), {}, 10],
    ["an error without a status", new Error("busy"), {}, 10],
    ["a timeout", "slow", { timeout: "500ms" }, 9],
    ["the deadline", "slow", { deadline: "500ms" }, 9],
  ];
  for (const [name, id, options, expected] of cases) {
    const { fn, state, clock } = service({ min: 1, max: 100, algorithm: "aimd" }, options);
    const outcome = outcomeOf(fn(id));
    await clock.tick("1s");
    await outcome;
    assertEquals(
      await limitOf(fn.with({ timeout: "1h", deadline: "1h" }), Object.assign(state, { clock })),
      expected,
      name,
    );
  }
});

Deno.test("concurrency that adapts learns nothing from an abort, nor from what a layer within refused", async () => {
  const { fn, state, clock } = service({ min: 1, max: 100, algorithm: "aimd" }, {
    rateLimit: { limit: 100, per: "1m", burst: 100 },
    rateLimitMaxWait: 0,
  });
  const controller = new AbortController();
  const aborted = rejectionOf(fn.with({ signal: controller.signal })("a"));
  controller.abort(STATUS(503));
  await aborted;
  for (let n = 0; n < 120; n++) {
    const call = outcomeOf(fn("b", 0));
    await clock.tick();
    await call;
  }
  await clock.tick("2m");
  assertEquals(await limitOf(fn, Object.assign(state, { clock })), 10);
});

Deno.test("concurrency that adapts follows the latency by default", async () => {
  const { fn, state, clock } = service({ max: 100 });
  assertEquals(fn.options.concurrency as unknown, { min: 1, max: 100, algorithm: "gradient2", maxQueue: 100_000 });
  assertEquals(await limitOf(fn, Object.assign(state, { clock })), 20);
  for (let second = 0; second < 30; second++) {
    const calls = Promise.all(Array.from({ length: 60 }, () => fn("a", 200)));
    await clock.tick("5s");
    await calls;
  }
  assert(await limitOf(fn, Object.assign(state, { clock })) > 25);
});

Deno.test("concurrency is shared by the runs of a map, in every mode that its policies stand in", async () => {
  const { opmap, clock } = lab();
  const state = { running: 0, most: 0 };
  const fn = opmap(async (n: number) => {
    state.most = Math.max(state.most, ++state.running);
    await clock.sleep(100);
    state.running--;
    return n;
  }, { mode: "async", workers: 8, concurrency: 3, progress: false });
  const runs = Promise.all([fn([1, 2, 3, 4, 5]), fn([6, 7, 8, 9])]);
  await clock.tick("10s");
  assertEquals([await runs, state.most, clock.pending], [[[1, 2, 3, 4, 5], [6, 7, 8, 9]], 3, 0]);
  await using instance = createOpero();
  const pooled = instance.opmap((n: number) => 2 * n, { mode: "process", workers: 2, concurrency: 1, progress: false });
  assertEquals(await pooled([1, 2, 3]), [2, 4, 6]);
});

Deno.test("concurrency leaves nobody in the queue when its instance is closed", async () => {
  const { opmap, clock, close } = lab();
  let begun = 0;
  const fn = opmap(async (_item: number) => {
    begun++;
    await new Promise(() => {});
  }, {
    mode: "async",
    workers: 4,
    concurrency: { limit: 1, maxWait: "1h" },
    progress: false,
  });
  const rejected = rejectionOf(fn([1, 2, 3]));
  await clock.tick("1s");
  await close();
  assertEquals([(await rejected as Error).name, begun, clock.pending], ["AbortError", 1, 0]);
});
