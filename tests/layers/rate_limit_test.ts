import { assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import { AllFailedError, ConfigurationError, createOpero, type OperoOptions, RateLimitError } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { LateClock } from "../support/late_clock.ts";
import { outcomeOf } from "../support/outcome.ts";
import { lab, rejectionOf } from "../support/lab.ts";

/** A function that notes when it starts, in ms, and with what. */
function starter(options: OperoOptions) {
  const { opero, clock, events } = lab({ retries: 0 });
  const begin = clock.now();
  const starts: [unknown, number][] = [];
  const make = (others: OperoOptions = {}) =>
    opero(function start(...args: unknown[]): Promise<unknown> {
      starts.push([args[0], clock.now() - begin]);
      return Promise.resolve(args[0]);
    }, { ...options, ...others } as object);
  return { fn: make(), make, clock, events, starts, opero };
}

Deno.test("rateLimit spaces the starts of one function, and leaves others alone", async () => {
  const { fn, make, clock, starts } = starter({ rateLimit: 10 });
  const other = make();
  const all = Promise.all([fn("a"), fn("b"), fn("c"), other("x"), other("y")]);
  await clock.tick("1s");
  await all;
  assertEquals(starts, [["a", 0], ["x", 0], ["b", 100], ["y", 100], ["c", 200]]);
});

Deno.test("rateLimit takes a period and a burst", async () => {
  const { fn, clock, starts } = starter({ rateLimit: { limit: 2, per: "1m", burst: 2 } });
  const all = Promise.all([fn("a"), fn("b"), fn("c"), fn("d")]);
  await clock.tick("2m");
  await all;
  assertEquals(starts, [["a", 0], ["b", 0], ["c", 30_000], ["d", 60_000]]);
});

Deno.test("rateLimit waits are told before they begin, and are part of meta.waited", async () => {
  const { fn, clock, events } = starter({ rateLimit: 10 });
  const waits: number[] = [];
  events.on("rateLimited", ({ wait, functionName }) => {
    waits.push(wait);
    assertEquals(functionName, "start");
  });
  const metas = Promise.all([fn.withMeta(1), fn.withMeta(2), fn.withMeta(3)]);
  assertEquals(waits, [0.1, 0.2]);
  await clock.tick("1s");
  assertEquals((await metas).map(({ meta }) => meta.waited), [0, 0.1, 0.2]);
});

Deno.test('rateLimitScope "global" is one bucket for all functions of the instance, and of no other', async () => {
  const { make, clock, starts } = starter({ rateLimit: 10, rateLimitScope: "global" });
  const [one, two] = [make(), make()];
  const elsewhere = lab().opero(() => Promise.resolve(1), { rateLimit: 5, rateLimitScope: "global" });
  const all = Promise.all([one("a"), two("b"), one("c"), elsewhere()]);
  await clock.tick("1s");
  await all;
  assertEquals(starts, [["a", 0], ["b", 100], ["c", 200]]);
});

Deno.test('rateLimitScope "global" refuses a second rate', () => {
  const { make } = starter({ rateLimit: 10, rateLimitScope: "global" });
  make({ rateLimit: { limit: 10, per: "1s", burst: 1 } });
  const error = assertThrows(() => make({ rateLimit: { limit: 10, per: "1m", burst: 2 } }), ConfigurationError);
  assertEquals(
    error.message,
    `Cannot wrap "start" as 'rateLimit' must be the same for all functions of the scope "global" ` +
      `(10 per 1 s, burst 1): received "10 per 60 s, burst 2"`,
  );
});

Deno.test('rateLimitScope "per_args" is a bucket per key, by value', async () => {
  const { fn, clock, starts } = starter({ rateLimit: 10, rateLimitScope: "per_args" });
  const all = Promise.all([fn({ id: 1 }), fn({ id: 1 }), fn({ id: 2 }), fn("1"), fn(1)]);
  await clock.tick("1s");
  await all;
  assertEquals(starts.map(([, ms]) => ms), [0, 0, 0, 0, 100]);
});

Deno.test("rateLimitKey overrides the key, gets the call's arguments, and fails the call where it throws", async () => {
  const bug = new TypeError("key");
  const { fn, clock, starts } = starter({
    rateLimit: 10,
    rateLimitScope: "per_args",
    rateLimitKey: ((name: string) => {
      if (name === "bug") throw bug;
      return name[0];
    }) as never,
  });
  const all = Promise.all([fn("anna"), fn("arthur"), fn("bert")]);
  await clock.tick("1s");
  await all;
  assertEquals(starts, [["anna", 0], ["bert", 0], ["arthur", 100]]);
  assertStrictEquals(await rejectionOf(fn("bug")), bug);
});

Deno.test('rateLimitScope "per_args" refuses arguments that have no key', async () => {
  const { fn, starts } = starter({ rateLimit: 10, rateLimitScope: "per_args" });
  assertInstanceOf(await rejectionOf(fn(() => 1)), ConfigurationError);
  assertEquals(starts, []);
});

Deno.test("rateLimitMaxWait fails a call at once that would wait longer, with when to come back", async () => {
  const { fn, clock, starts } = starter({ rateLimit: 1, rateLimitMaxWait: "1s" });
  const [first, second, third] = [fn("a"), fn("b"), rejectionOf(fn("c"))];
  const error = await third as RateLimitError;
  assertInstanceOf(error, RateLimitError);
  assertEquals([error.message, error.retryAfter], ['Cannot run "start" within the rate limit for another 2 s', 2]);
  await clock.tick("1s");
  await Promise.all([first, second]);
  assertEquals(starts, [["a", 0], ["b", 1_000]]);
});

Deno.test("rateLimitMaxWait: 0 lets through what need not wait", async () => {
  const { fn, clock } = starter({ rateLimit: 1, rateLimitMaxWait: 0 });
  assertEquals(await fn("a"), "a");
  assertInstanceOf(await rejectionOf(fn("b")), RateLimitError);
  await clock.tick("1s");
  assertEquals(await fn("c"), "c");
});

Deno.test("a RateLimitError within a retry is the last error of all, with the attempt before as its cause", async () => {
  const busy = new Error("busy");
  const { opero, clock } = lab();
  const fn = opero(() => Promise.reject(busy), { rateLimit: 0.1, rateLimitMaxWait: "1s", retries: 3 });
  const rejected = rejectionOf(fn());
  await clock.tick("1m");
  const failed = await rejected as AllFailedError;
  assertInstanceOf(failed, AllFailedError);
  assertEquals(
    failed.message,
    'Gave up "anonymous" after 1 attempt, as another was refused: 1 × Error, 1 × RateLimitError',
  );
  const error = failed.cause as RateLimitError;
  assertInstanceOf(error, RateLimitError);
  assertEquals([failed.reason, failed.errors, failed.attempts.length], ["attempts", [busy, error], 1]);
  assertStrictEquals(error.cause, busy);
});

Deno.test("rateLimit fails a call at once whose deadline comes before its turn", async () => {
  const { fn, clock } = starter({ rateLimit: 1, deadline: "500ms" });
  await fn("a");
  const error = await rejectionOf(fn("b")) as AllFailedError;
  assertInstanceOf(error, AllFailedError);
  assertEquals([error.reason, error.attempts, clock.pending], ["deadline", [], 0]);
  assertEquals(error.message, 'The deadline of "start" came after 0 attempts');
});

Deno.test("rateLimit lets calls that fail take their token all the same", async () => {
  const { opero, clock } = lab({ retries: 0 });
  const begin = clock.now();
  const starts: number[] = [];
  const fn = opero(() => {
    starts.push(clock.now() - begin);
    return Promise.reject(new Error("busy"));
  }, { rateLimit: 10 });
  const all = Promise.all([fn(), fn(), fn()].map(outcomeOf));
  await clock.tick("1s");
  await all;
  assertEquals(starts, [0, 100, 200]);
});

Deno.test("rateLimit refuses a rate whose time between two starts is none that can be waited for", () => {
  const { opero } = lab();
  const messageOf = (rateLimit: OperoOptions["rateLimit"]) =>
    assertThrows(() => opero(function start() {}, { rateLimit }), ConfigurationError).message;
  const desired = "must be a rate with a time between two starts that can be waited for";
  assertEquals(messageOf(5e-324), `Cannot wrap "start" as 'rateLimit' ${desired}: received 5e-324`);
  const rates = [
    { limit: 5e-324 },
    { limit: 1e-300, per: 1e300 },
    { limit: 1e-290, per: 1e9, burst: Number.MAX_SAFE_INTEGER },
    { limit: 1e308, per: 5e-324 },
  ];
  for (const rate of rates) {
    assertEquals(
      messageOf(rate),
      `Cannot wrap "start" as 'rateLimit.limit' ${desired}: received ${rate.limit}`,
    );
  }
});

Deno.test("rateLimit keeps to rates at the ends of what can be waited for", async () => {
  const rates: [OperoOptions["rateLimit"], number][] = [
    [1e-300, 1],
    [{ limit: 1e-290, burst: 3 }, 3],
    [{ limit: 1, per: 1e300 }, 1],
    [{ limit: 1e308, per: 1e300 }, 10],
    [1e308, 10],
    [{ limit: 1, per: 1e-300 }, 10],
    [{ limit: 5e-324, per: 1e-300 }, 1],
  ];
  for (const [rateLimit, expected] of rates) {
    const { fn, clock, starts } = starter({ rateLimit });
    const controller = new AbortController();
    const calls = Array.from({ length: 10 }, () => outcomeOf(fn.with({ signal: controller.signal })()));
    await clock.tick("1d");
    assertEquals(starts.length, expected, JSON.stringify(rateLimit));
    controller.abort();
    await Promise.all(calls);
    assertEquals(clock.pending, 0);
  }
});

for (const shape of ["calls", "list", "stream"] as const) {
  Deno.test(`rateLimit runs nothing that is aborted by what has its turn at the same moment: ${shape}`, async () => {
    // So late that all who wait are due at once.
    const clock = new LateClock(() => 900);
    const { opero, opmap } = createOpero({ clock, retries: 0, rateLimit: 10 });
    const controller = new AbortController();
    const { signal } = controller;
    const started: number[] = [];
    const run = (n: number) => {
      started.push(n);
      if (n === 1) controller.abort("stop");
      return Promise.resolve(n);
    };
    const items = [0, 1, 2, 3];
    const map = opmap(run, { progress: false, workers: 4 });
    const fn = opero(run).with({ signal });
    const ways = {
      calls: () => Promise.all(items.map((item) => fn(item))),
      list: () => map(items, { signal }),
      stream: () => Array.fromAsync(map.stream(items, { signal })),
    };
    const outcome = outcomeOf(ways[shape]());
    await clock.tick("1m");
    assertEquals(await outcome, { ok: false, error: "stop" });
    assertEquals([started, clock.pending], [[0, 1], 0]);
  });
}

Deno.test("rateLimit counts a call from when its function is called, however long that took after its turn", async () => {
  let extraMs = 0;
  class BusyClock extends FakeClock {
    override now(): number {
      return super.now() + extraMs;
    }
  }
  const clock = new BusyClock();
  const { opero, events } = createOpero({ clock, retries: 0 });
  // What the process does between the turn of the first and its call.
  const fn = opero(() => Promise.resolve(clock.now()), {
    rateLimit: { limit: 2 },
    rateLimitScope: "per_args",
    rateLimitKey: () => "all",
    timeout: "1h",
  } as object);
  const setTimer = clock.setTimer.bind(clock);
  clock.setTimer = (ms, callback) => {
    // Set by the timeout layer, which lies between.
    if (ms === 3_600_000 && extraMs === 0) extraMs = 300;
    return setTimer(ms, callback);
  };
  events.on("rateLimited", () => {});
  const calls = Promise.all([fn(), fn(), fn()]);
  await clock.tick("1m");
  const [first, second, third] = await calls as [number, number, number];
  assertEquals([second - first >= 0, third - first >= 1_000], [true, true]);
});

/** A function with two keys, each with a limit of one call in 10 seconds, of which none is waited for. */
function keyed(options: OperoOptions, run: (key: string) => unknown = (key) => key) {
  const tools = lab({ retries: 0, minDelay: "1s", maxDelay: "1s" });
  const used: string[] = [];
  const fn = tools.opero((keys: string[]) => {
    used.push(keys[0]!);
    return Promise.resolve(run(keys[0]!));
  }, {
    argFallback: 0,
    rateLimit: 0.1,
    rateLimitScope: "per_args",
    rateLimitKey: ([key]) => key,
    rateLimitMaxWait: 0,
    ...options,
  });
  return { ...tools, fn, used };
}

const failing = (message: string) => () => Promise.reject(new Error(message));

Deno.test("rateLimit: a fallback value that is refused makes way for the next, in the same round", async () => {
  const { fn, used, clock, events } = keyed({});
  const told: unknown[] = [];
  events.on("fallback", ({ fallbackIndex, error }) => told.push([fallbackIndex, (error as RateLimitError).retryAfter]));
  await fn(["a", "b"]);
  const startedMs = clock.now();
  const { value, meta } = await fn.withMeta(["a", "b"]);
  assertEquals([value, used, clock.now() - startedMs], ["b", ["a", "b"], 0]);
  assertEquals([meta.attempts, meta.fallbackIndex, meta.waited], [1, 1, 0]);
  assertEquals(told, [[1, 10]]);
});

Deno.test("rateLimit: where all values are refused, the RateLimitError comes out that tells of the shortest wait", async () => {
  for (const keys of [["a", "b"], ["b", "a"]]) {
    const { fn, used, clock } = keyed({ retries: 3, fallback: "plan B" });
    await fn(["a"]);
    await clock.tick("4s");
    await fn(["b"]);
    const error = await rejectionOf(fn(keys)) as RateLimitError;
    assertInstanceOf(error, RateLimitError);
    assertEquals([error.retryAfter, error.cause, used, clock.pending], [6, undefined, ["a", "b"], 0]);
  }
});

Deno.test("rateLimit: a bucket that all fallback values share refuses the call as without them", async () => {
  const { fn, used } = keyed({ rateLimitScope: "per_function", rateLimitKey: undefined, retries: 3 });
  await fn(["a", "b"]);
  const error = await rejectionOf(fn(["a", "b"])) as RateLimitError;
  assertInstanceOf(error, RateLimitError);
  assertEquals([error.retryAfter, used], [10, ["a"]]);
});

Deno.test("rateLimit: an attempt that fails after a refused value is judged as any other", async () => {
  const { fn, used, clock } = keyed({ rateLimitKey: ([key]) => key === "a" ? "a" : {} }, (key) => {
    if (key === "b") throw new Error("busy");
  });
  await fn(["a"]);
  const error = await rejectionOf(fn(["a", "b"])) as AllFailedError;
  assertInstanceOf(error, AllFailedError);
  assertEquals(error.message, 'The only attempt of "anonymous" failed: 1 × Error');
  assertEquals(error.attempts.map(({ number, fallbackIndex }) => [number, fallbackIndex]), [[1, 1]]);
  const again = rejectionOf(fn.with({ retries: 1 })(["a", "b"]));
  await clock.tick("1m");
  assertEquals([(await again as AllFailedError).attempts.length, used], [2, ["a", "b", "b", "b"]]);
});

Deno.test("rateLimit: a refused value that comes last is the last error of all, with the attempt before as its cause", async () => {
  const busy = new Error("busy");
  const { fn, used, clock } = keyed({}, (key) => key === "a" ? Promise.reject(busy) : key);
  await fn(["b"]);
  const failed = await rejectionOf(fn(["a", "b"])) as AllFailedError;
  const error = failed.cause as RateLimitError;
  assertInstanceOf(error, RateLimitError);
  assertEquals(failed.errors, [busy, error]);
  assertStrictEquals(error.cause, busy);
  assertEquals(used, ["b", "a"]);

  // Also where another, which was refused before that attempt, may come back sooner.
  await clock.tick("10s");
  await fn(["b"]);
  await clock.tick("4s");
  await fn(["c"]);
  const last = (await rejectionOf(fn(["b", "a", "c"])) as AllFailedError).cause as RateLimitError;
  assertEquals([last.retryAfter, last.cause], [10, busy]);
});

Deno.test("rateLimit: a refused value leaves another round to the attempts that failed", async () => {
  const { fn, used, clock } = keyed({ retries: 3, minDelay: "5s", maxDelay: "5s" }, (key) => {
    if (key === "a") throw new Error("busy");
    return key;
  });
  await fn(["b"]);
  const refused = rejectionOf(fn(["a", "b"]));
  await clock.tick("1m");
  // The first round at 0 s: "a" fails, "b" is refused. At 5 s both are refused, which ends the call.
  const error = await refused as AllFailedError;
  assertInstanceOf(error.cause, RateLimitError);
  assertEquals([error.attempts.length, error.errors.length], [1, 2]);
  assertEquals(used, ["b", "a"]);

  const later = keyed({ retries: 3, minDelay: "10s", maxDelay: "10s" }, (key) => {
    if (key === "a") throw new Error("busy");
    return key;
  });
  await later.fn(["b"]);
  const served = later.fn(["a", "b"]);
  await later.clock.tick("1m");
  assertEquals([await served, later.used], ["b", ["b", "a", "a", "b"]]);
});

Deno.test("rateLimit: nobody is asked about a value that was refused", async () => {
  const asked: unknown[] = [];
  const predicate = (name: string) => (error: unknown) => asked.push([name, (error as Error).message]) > 0;
  const { fn } = keyed({ retryOn: predicate("retryOn"), fallbackOn: predicate("fallbackOn") }, failing("busy"));
  await rejectionOf(fn(["b"]));
  asked.length = 0;
  await rejectionOf(fn(["b", "a", "c"]));
  assertEquals(asked, [["retryOn", "busy"], ["fallbackOn", "busy"], ["retryOn", "busy"]]);
});

Deno.test("rateLimit: a wait that would pass the deadline ends the call, whatever values are left", async () => {
  const { fn, used } = keyed({ rateLimitMaxWait: undefined, deadline: "5s" });
  await fn(["a"]);
  const error = await rejectionOf(fn(["a", "b"])) as AllFailedError;
  assertEquals([error.reason, error.attempts, used], ["deadline", [], ["a"]]);
});
