import { assert, assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import {
  AllFailedError,
  type CircuitBreakerConfig,
  type CircuitEvent,
  CircuitOpenError,
  ConfigurationError,
  createOpero,
  isTransient,
  type OperoOptions,
  OverloadError,
} from "@opero/core";
import { outcomeOf } from "../support/outcome.ts";
import { lab, rejectionOf } from "../support/lab.ts";

const BUSY = new Error("busy");
const HANG = "the call never ends";

/** Opens at the second failure in a row, for 10 s, and is decided by one trial. */
const TWO: CircuitBreakerConfig = { consecutiveFailures: 2, openFor: "10s", halfOpenCalls: 1 };

/** A function that fails while `isDown` says so, behind a circuit breaker; without retries. */
function service(circuitBreaker: OperoOptions["circuitBreaker"], options: OperoOptions = {}) {
  const tools = lab({ retries: 0 });
  const state = { isDown: true, error: BUSY as unknown, calls: 0 };
  const fn = tools.opero(function load(_keys?: string[]): Promise<string> {
    state.calls++;
    if (state.isDown && state.error === HANG) return new Promise(() => {});
    return state.isDown ? Promise.reject(state.error) : Promise.resolve("up");
  }, { circuitBreaker, ...options } as object);
  const failTimes = async (times: number) => {
    for (let n = 0; n < times; n++) await rejectionOf(fn());
  };
  return { ...tools, fn, state, failTimes };
}

Deno.test("circuitBreaker refuses calls at once while it is open, and lets trials through after that", async () => {
  const { fn, state, clock, failTimes } = service(TWO);
  await failTimes(2);
  assertEquals(fn.breaker!.state, "open");
  await clock.tick("4s");
  const refusal = await rejectionOf(fn()) as CircuitOpenError;
  assertInstanceOf(refusal, CircuitOpenError);
  assertEquals(refusal.message, 'The circuit breaker of "load" is open for another 6 s');
  assertEquals([refusal.retryAfter, refusal.cause, state.calls], [6, undefined, 2]);
  await clock.tick("6s");
  await failTimes(1);
  assertEquals([fn.breaker!.state, state.calls], ["open", 3]);
  await clock.tick("10s");
  state.isDown = false;
  assertEquals([await fn(), fn.breaker!.state, await fn()], ["up", "closed", "up"]);
});

Deno.test("circuitBreaker: true opens at half of 20 attempts within a minute, for 30 s, with 3 trials", async () => {
  const { fn, state, clock, failTimes } = service(true);
  state.isDown = false;
  for (let n = 0; n < 9; n++) await fn();
  state.isDown = true;
  await failTimes(10);
  assertEquals([fn.breaker!.state, fn.breaker!.metrics().calls], ["closed", 19]);
  await failTimes(1);
  assertEquals(fn.breaker!.metrics(), { calls: 20, failures: 11, slowCalls: 0, failureRatio: 0.55 });
  assertEquals((await rejectionOf(fn()) as CircuitOpenError).retryAfter, 30);
  await clock.tick("30s");
  state.isDown = false;
  await fn();
  assertEquals(fn.breaker!.state, "half-open");
  await fn();
  assertEquals(fn.breaker!.state, "closed");
  assertEquals(fn.options.circuitBreaker as unknown, {
    failureRatio: 0.5,
    minimumCalls: 20,
    window: 60,
    openFor: 30,
    halfOpenCalls: 3,
  });
});

Deno.test("circuitBreaker that is off is no handle, and shows as it was given", () => {
  const { opero, opmap } = lab();
  const own = Object.assign(() => 1, { breaker: "the function's own" });
  assertEquals([opero(own).breaker as unknown, "breaker" in opero(own)], [undefined, true]);
  assertEquals(opero(own, { circuitBreaker: false }).options.circuitBreaker, false);
  assertEquals(opmap((n: number) => n).breaker, undefined);
  assertEquals(opmap((n: number) => n, { circuitBreaker: TWO }).breaker?.state, "closed");
});

Deno.test("circuitBreaker counts attempts, so one call may open it", async () => {
  const { fn, state, clock } = service(TWO, { retries: 3, maxRetryAfter: 0 });
  const rejected = rejectionOf(fn());
  await clock.tick("1m");
  const failed = await rejected as AllFailedError;
  assertInstanceOf(failed, AllFailedError);
  assertEquals(
    failed.message,
    "Gave up \"load\" after 2 attempts, as another was refused, and may be made only after more than 'maxRetryAfter': " +
      "2 × Error, 1 × CircuitOpenError",
  );
  assertInstanceOf(failed.cause, CircuitOpenError);
  assertStrictEquals(failed.errors.at(-1), failed.cause);
  assertStrictEquals((failed.cause as Error).cause, BUSY);
  assertEquals([failed.reason, failed.attempts.length, failed.errors.length, state.calls], ["retry_after", 2, 3, 2]);
  assert(failed.summary().endsWith("\n  refused: CircuitOpenError"), failed.summary());
  assertEquals((failed.toJSON() as { refusal: { code: string } }).refusal.code, "CIRCUIT_OPEN");
});

Deno.test("retry waits for an open circuit as for a Retry-After, without using up a retry", async () => {
  const { fn, state, clock, events } = service(TWO, { retries: 1 });
  const begin = clock.now();
  const told: unknown[] = [];
  events.on("circuitWait", ({ wait, error }) => told.push([wait, error instanceof CircuitOpenError]));
  events.on("retry", ({ retry }) => told.push(["retry", retry]));
  const first = rejectionOf(fn());
  await clock.tick("1s");
  assertInstanceOf(await first, AllFailedError);
  assertEquals([fn.breaker!.state, state.calls], ["open", 2]);
  // Refused, it waits for 9.1 s; the trial fails and is the first round; another 10 s; then the second round.
  const second = fn.withMeta();
  await clock.tick("9s");
  assertEquals(state.calls, 2);
  await clock.tick("1s");
  assertEquals([state.calls, fn.breaker!.state], [3, "open"]);
  state.isDown = false;
  await clock.tick("10s");
  const { value, meta } = await second;
  assertEquals([value, meta.attempts, clock.now() - begin], ["up", 2, 21_000]);
  assertEquals(told, [["retry", 1], [9.1, true], ["retry", 1], [9.9, true]]);
});

Deno.test("retry waits for an open circuit within maxRetryAfter in all, and within the deadline", async () => {
  const cases: [OperoOptions, number, string][] = [
    [{ retries: 0 }, 0, "bare"],
    [{ respectRetryAfter: false }, 0, "bare"],
    [{ maxRetryAfter: "9s" }, 0, "bare"],
    [{ deadline: "9s" }, 0, "bare"],
    // One trial fails after 10 s, and is a retry of 0.1 s; then 5 s are left of the 15.
    [{ maxRetryAfter: "15s" }, 10_100, "retry_after, 1 attempts"],
    [{ deadline: "15s" }, 10_100, "deadline, 1 attempts"],
  ];
  for (const [options, tookMs, expected] of cases) {
    const { opero, clock, state } = service(TWO);
    const fn = opero(() => (state.calls++, Promise.reject(BUSY)), {
      retries: 5,
      circuitBreaker: { ...TWO, consecutiveFailures: 1, openFor: "10s" },
      ...options,
    });
    await rejectionOf(fn.with({ retries: 0 })());
    const begin = clock.now();
    let endMs = 0;
    const rejected = rejectionOf(fn()).finally(() => endMs = clock.now());
    await clock.tick("5m");
    const error = await rejected;
    const text = error instanceof AllFailedError ? `${error.reason}, ${error.attempts.length} attempts` : "bare";
    assertEquals([text, endMs - begin, clock.pending], [expected, tookMs, 0], JSON.stringify(options));
    if (text === "bare") assertInstanceOf(error, CircuitOpenError);
    else assertInstanceOf((error as Error).cause, CircuitOpenError);
  }
});

Deno.test("retry asks now and then while the trials of a half-open circuit are under way", async () => {
  const tools = lab({ retries: 3 });
  let isDown = true;
  const fn = tools.opero(async () => {
    if (isDown) throw BUSY;
    await tools.clock.sleep(2_000);
    return "up";
  }, { circuitBreaker: { ...TWO, consecutiveFailures: 1 } });
  await rejectionOf(fn.with({ retries: 0 })());
  isDown = false;
  await tools.clock.tick("10s");
  const trial = fn();
  const others = [fn(), fn(), fn.with({ retries: 0 })()].map(outcomeOf);
  await tools.clock.tick("1s");
  assertEquals(fn.breaker!.state, "half-open");
  await tools.clock.tick("9s");
  assertEquals(await trial, "up");
  const [second, third, hasty] = await Promise.all(others);
  assertEquals([second, third], [{ ok: true, value: "up" }, { ok: true, value: "up" }]);
  assertEquals(
    (hasty as { error: Error }).error.message,
    'The circuit breaker of "anonymous" is half-open, and its trials are under way',
  );
  assertEquals((hasty as { error: CircuitOpenError }).error.retryAfter, undefined);
});

Deno.test("circuitBreaker: fallback and cacheStaleIfError take the place of its refusal", async () => {
  const seen: unknown[] = [];
  const answering = service(TWO, {
    fallback: (error: AllFailedError) => {
      seen.push([error.attempts.length, (error.cause as Error).name, error.reason]);
      return "plan B";
    },
  });
  assertEquals([await answering.fn(), await answering.fn(), await answering.fn()], ["plan B", "plan B", "plan B"]);
  assertEquals([seen.at(-1), answering.state.calls], [[0, "CircuitOpenError", "attempts"], 2]);

  const stale = service(TWO, { cache: true, cacheTtl: "1s", cacheStaleIfError: "1h", name: "stale" });
  stale.state.isDown = false;
  await stale.fn();
  stale.state.isDown = true;
  await stale.clock.tick("2s");
  for (let n = 0; n < 4; n++) {
    assertEquals(await stale.fn(), "up");
    await stale.clock.tick("3s");
  }
  assertEquals([stale.fn.breaker!.state, stale.state.calls], ["open", 3]);
});

Deno.test("circuitBreaker: reraise gives the refusal, whose cause is what the last attempt threw", async () => {
  const { fn, clock } = service(TWO, { retries: 3, maxRetryAfter: 0, reraise: true });
  const rejected = rejectionOf(fn());
  await clock.tick("1m");
  const error = await rejected as Error;
  assertInstanceOf(error, CircuitOpenError);
  assertStrictEquals(error.cause, BUSY);
});

Deno.test("circuitBreaker: its refusal is a Retry-After to a function around it, and transient", async () => {
  const inner = service({ ...TWO, consecutiveFailures: 1 });
  await inner.failTimes(1);
  inner.state.isDown = false;
  const begin = inner.clock.now();
  const outer = inner.opero(() => inner.fn(), { retries: 1, retryOn: isTransient });
  const done = outer();
  await inner.clock.tick("1m");
  assertEquals([await done, inner.state.calls], ["up", 2]);
  assert(inner.clock.now() - begin >= 10_000);
  assertEquals([isTransient(new CircuitOpenError("open")), isTransient(new OverloadError("full"))], [true, true]);
});

Deno.test("circuitBreaker does not count bugs, aborts and what failureOn leaves out", async () => {
  const row = { ...TWO, consecutiveFailures: 1 };
  const uncounted: [CircuitBreakerConfig, unknown][] = [
    [row, new ReferenceError("x is not defined")],
    [row, new TypeError("x is not a function")],
    [row, new DOMException("stopped", "AbortError")],
    [row, new ConfigurationError("Cannot do it")],
    [{ ...row, failureOn: RangeError }, BUSY],
    [{ ...row, failureOn: [RangeError, (error) => error === 5] }, BUSY],
    [{ ...row, failureOn: () => true }, new ConfigurationError("Cannot do it")],
    [{ ...row, failureOn: isTransient }, new Response(null, { status: 404 })],
  ];
  for (const [config, error] of uncounted) {
    const { fn, state, failTimes } = service(config);
    state.error = error;
    await failTimes(3);
    assertEquals([fn.breaker!.state, fn.breaker!.metrics().calls, state.calls], ["closed", 0, 3]);
  }
  for (const [config, error] of [[row, 0], [row, undefined], [{ ...row, failureOn: Error }, new TypeError("bug")]]) {
    const { fn, state, failTimes } = service(config as CircuitBreakerConfig);
    state.error = error;
    await failTimes(1);
    assertEquals(fn.breaker!.state, "open");
  }
});

Deno.test("circuitBreaker counts what failOn refuses, a timeout, and an attempt that the deadline ends", async () => {
  const row = { ...TWO, consecutiveFailures: 1 };
  for (const options of [{ timeout: "1s" }, { deadline: "1s" }, { failOn: () => true }] as OperoOptions[]) {
    const { opero, clock } = lab({ retries: 0 });
    const hangs = options.failOn === undefined;
    const fn = opero(() => hangs ? new Promise(() => {}) : Promise.resolve(1), { circuitBreaker: row, ...options });
    const rejected = rejectionOf(fn());
    await clock.tick("2s");
    await rejected;
    assertEquals(fn.breaker!.state, "open", JSON.stringify(options));
  }
});

Deno.test("circuitBreaker counts nothing where a layer within let nothing run", async () => {
  const { opero, clock } = lab({ retries: 0 });
  const row = { ...TWO, consecutiveFailures: 1 };
  const limited = opero(() => Promise.resolve(1), { circuitBreaker: row, rateLimit: 0.1, rateLimitMaxWait: 0 });
  await limited();
  await rejectionOf(limited());
  const late = opero(() => Promise.resolve(1), { circuitBreaker: row, rateLimit: 0.1, deadline: "1s" });
  await late();
  await rejectionOf(late());
  assertEquals([limited.breaker!.state, late.breaker!.state, clock.pending], ["closed", "closed", 0]);
});

Deno.test("circuitBreaker: every trial is given back that comes to nothing, however", async () => {
  const bug = new RangeError("a bug in the predicate");
  const endings: Record<string, unknown> = { "an abort": HANG, "an error that does not count": "uncounted", bug };
  for (const [name, error] of Object.entries(endings)) {
    const { fn, state, clock, failTimes } = service({
      ...TWO,
      failureOn: (error) => {
        if (error === bug) throw bug;
        return error !== "uncounted";
      },
    });
    const controller = new AbortController();
    await failTimes(2);
    await clock.tick("10s");
    state.error = error;
    const rejected = rejectionOf(fn.with({ signal: controller.signal })());
    await clock.tick("1s");
    assertEquals([fn.breaker!.state, state.calls], ["half-open", 3], name);
    if (error === HANG) controller.abort("stop");
    await rejected;
    state.isDown = false;
    assertEquals([await fn(), fn.breaker!.state], ["up", "closed"], name);
    if (error === bug) assertStrictEquals(await rejected, bug);
  }
});

Deno.test("circuitBreaker: what began before it opened and ends late changes nothing", async () => {
  const { opero, clock } = lab({ retries: 0 });
  const ends: (() => void)[] = [];
  let isDown = true;
  const fn = opero(
    (isLate: boolean) =>
      isLate ? new Promise<void>((resolve) => ends.push(resolve)) : isDown ? Promise.reject(BUSY) : Promise.resolve(),
    {
      circuitBreaker: { ...TWO, halfOpenCalls: 1 },
    },
  );
  const late = [fn(true), fn(true)];
  for (let n = 0; n < 2; n++) await rejectionOf(fn(false));
  ends[0]!();
  await late[0];
  assertEquals(fn.breaker!.state, "open");
  await clock.tick("10s");
  isDown = false;
  const trial = fn(true);
  ends[1]!();
  await late[1];
  assertEquals(fn.breaker!.state, "half-open");
  ends[2]!();
  await trial;
  assertEquals(fn.breaker!.state, "closed");
});

Deno.test("circuitBreaker opens for slow attempts, without the time that they wait for a token", async () => {
  const { opero, clock } = lab({ retries: 0 });
  const fn = opero((ms: number) => clock.sleep(ms), {
    circuitBreaker: { minimumCalls: 2, slowCall: "1s" },
    rateLimit: 0.5,
  });
  const waiting = Promise.all([fn(900), fn(900), fn(900)]);
  await clock.tick("10s");
  await waiting;
  assertEquals(fn.breaker!.metrics(), { calls: 3, failures: 0, slowCalls: 0, failureRatio: 0 });
  const slow = Promise.all([fn(1_100), fn(1_100), fn(1_100)]);
  await clock.tick("10s");
  await slow;
  assertEquals([fn.breaker!.state, fn.breaker!.metrics().slowCalls], ["open", 3]);
});

Deno.test("circuitBreaker: openFor doubles up to maxOpenFor while trials fail", async () => {
  const { fn, clock, failTimes } = service({ ...TWO, maxOpenFor: "30s" });
  await failTimes(2);
  for (const seconds of [10, 20, 30, 30]) {
    assertEquals((await rejectionOf(fn()) as CircuitOpenError).retryAfter, seconds);
    await clock.tick(seconds);
    await failTimes(1);
  }
});

Deno.test("circuitBreaker with argFallback: each value has a breaker of its own", async () => {
  const { opero, clock, events } = lab({ retries: 0 });
  const down = new Set(["a"]);
  const used: string[] = [];
  const told: unknown[] = [];
  events.on("circuitOpened", ({ fallbackIndex, openFor }) => told.push([fallbackIndex, openFor]));
  const fn = opero(function load(keys: string[]) {
    used.push(keys[0]!);
    return down.has(keys[0]!) ? Promise.reject(BUSY) : Promise.resolve(keys[0]);
  }, { argFallback: 0, circuitBreaker: TWO });
  for (let n = 0; n < 3; n++) assertEquals(await fn(["a", "b"]), "b");
  // "a" is refused from the third call on, wherever it stands in the list.
  assertEquals(used, ["a", "b", "a", "b", "b"]);
  assertEquals([await fn(["b", "a"]), fn.breaker!.state, told], ["b", "closed", [[0, 10]]]);
  down.add("b");
  await rejectionOf(fn(["b"]));
  await clock.tick("1s");
  await rejectionOf(fn(["a", "b"]));
  // Both are open: the one that is due first says so.
  const error = await rejectionOf(fn(["b", "a"])) as CircuitOpenError;
  assertEquals(error.message, 'The circuit breaker of "load" for the fallback value 1 is open for another 9 s');
  assertEquals([error.retryAfter, fn.breaker!.state, fn.breaker!.metrics().calls], [9, "open", 4]);
  fn.breaker!.isolate();
  assertEquals(
    (await rejectionOf(fn(["c"])) as Error).message,
    'The circuit breaker of "load" for the fallback ' +
      "value 0 is isolated until its reset()",
  );
  fn.breaker!.reset();
  assertEquals([await fn(["c"]), fn.breaker!.state], ["c", "closed"]);
});

Deno.test("circuitBreaker with argFallback: a call waits until the first of its values is due", async () => {
  const { opero, clock } = lab({ retries: 0 });
  let isDown = true;
  const fn = opero((keys: string[]) => isDown ? Promise.reject(BUSY) : Promise.resolve(keys[0]), {
    argFallback: 0,
    circuitBreaker: { ...TWO, consecutiveFailures: 1 },
  });
  await rejectionOf(fn(["b"]));
  await clock.tick("4s");
  await rejectionOf(fn(["a"]));
  isDown = false;
  const done = fn.with({ retries: 1 })(["a", "b"]);
  await clock.tick("5999ms");
  assertEquals(fn.breaker!.state, "open");
  await clock.tick("1s");
  assertEquals(await done, "b");
});

Deno.test("circuitBreaker: { name } is one breaker for the functions of an instance, and of no other", async () => {
  const circuitBreaker = { ...TWO, name: "payments" };
  const first = service(circuitBreaker);
  const other = service(circuitBreaker);
  const refund = first.opero(function refund() {
    return Promise.resolve(1);
  }, { circuitBreaker: { ...circuitBreaker, openFor: 10, failureOn: () => true }, retries: 0 });
  await first.failTimes(2);
  const error = await rejectionOf(refund()) as Error;
  assertEquals(error.message, 'The circuit breaker "payments" of "refund" is open for another 10 s');
  assertEquals([refund.breaker!.state, other.fn.breaker!.state], ["open", "closed"]);
  refund.breaker!.reset();
  assertEquals(first.fn.breaker!.state, "closed");
  assertEquals(
    assertThrows(() => first.opero(refund, { circuitBreaker: { ...circuitBreaker, openFor: "20s" } })).message,
    `Cannot wrap "refund" as 'circuitBreaker.openFor' must be the same for all functions that share the name ` +
      `"payments" (10): received 20`,
  );
});

Deno.test("circuitBreaker tells each change by an event and a line in the log, of its function alone", async () => {
  const lines: unknown[] = [];
  const note = (level: string) => (message: string, fields: unknown) => {
    if (message.startsWith("circuit")) lines.push([level, message, (fields as { openFor?: number }).openFor]);
  };
  const logger = { debug: note("debug"), info: note("info"), warning: note("warning"), error: note("error") };
  const { opero, clock, events } = lab({ retries: 0, logger });
  let isDown = true;
  const fn = opero(function load() {
    return isDown ? Promise.reject(BUSY) : Promise.resolve(1);
  }, { circuitBreaker: TWO });
  const seen: [string, CircuitEvent][] = [];
  const names = ["circuitOpened", "circuitHalfOpened", "circuitClosed", "circuitIsolated"] as const;
  for (const name of names) events.on(name, (event) => seen.push([name, event]));
  let own = 0;
  fn.events.on("circuitOpened", () => own++);
  opero(() => 1).events.on("circuitOpened", () => own += 100);
  for (let n = 0; n < 3; n++) await rejectionOf(fn());
  await clock.tick("10s");
  isDown = false;
  await fn();
  fn.breaker!.isolate();
  fn.breaker!.isolate();
  fn.breaker!.reset();
  assertEquals(seen.map(([name]) => name), [
    ...["circuitOpened", "circuitHalfOpened", "circuitClosed", "circuitIsolated", "circuitClosed"],
  ]);
  assertEquals(seen[0]![1], {
    functionName: "load",
    name: undefined,
    fallbackIndex: undefined,
    calls: 2,
    failures: 2,
    slowCalls: 0,
    openFor: 10,
  });
  assertEquals([own, lines.slice(0, 4)], [1, [
    ["warning", "circuit breaker opened", 10],
    ["info", "circuit breaker lets trials through", undefined],
    ["info", "circuit breaker closed", undefined],
    ["warning", "circuit breaker isolated", undefined],
  ]]);
});

Deno.test("circuitBreaker of a decorated method is one for all instances of its class", async () => {
  const { opero } = createOpero({ retries: 0 });
  class Api {
    readonly error: Error;
    constructor(error: Error) {
      this.error = error;
    }

    @opero({ circuitBreaker: TWO })
    user(): Promise<string> {
      return Promise.reject(this.error);
    }
  }
  const [first, second] = [new Api(BUSY), new Api(BUSY)];
  await rejectionOf(first.user());
  await rejectionOf(second.user());
  assertInstanceOf(await rejectionOf(first.user()), CircuitOpenError);
  assertEquals((Api.prototype.user as unknown as { breaker: { state: string } }).breaker.state, "open");
});

for (const mode of ["thread", "process"] as const) {
  Deno.test(`circuitBreaker of opmap() stands with the caller: mode ${mode}`, async () => {
    const { opmap, close } = createOpero({ retries: 0 });
    const fn = opmap((item: number) => {
      if (item >= 0) throw new Error("busy");
      return item;
    }, { mode, workers: 1, progress: false, onError: "return", circuitBreaker: { ...TWO, openFor: "1h" } });
    const names = (await fn(Array.from({ length: 500 }, (_, item) => item))).map((error) => (error as Error).name);
    // A worker may be sent some more before the second failure is known.
    const refused = names.indexOf("CircuitOpenError");
    assert(refused >= 2 && refused < 400, `refused from item ${refused} on`);
    assertEquals(names, names.map((_, i) => i < refused ? "AllFailedError" : "CircuitOpenError"));
    assertEquals(fn.breaker!.state, "open");
    fn.breaker!.reset();
    assertEquals(await fn([-1]), [-1]);
    await close();
  });
}

Deno.test("circuitBreaker fields that are wrong are refused where the function is wrapped", () => {
  const { opero } = lab();
  const duration = 'a positive duration in seconds or with its unit, such as "250ms", "2s", "5m", "1h", "1d"';
  const row = "left out together with 'consecutiveFailures', which counts failures in a row";
  const refused: [unknown, string][] = [
    [
      "yes",
      `circuitBreaker' must be true, false, or an object such as { failureRatio: 0.5, openFor: "30s" }: received "yes"`,
    ],
    [{ failureRatio: 0 }, "circuitBreaker.failureRatio' must be a number over 0 and up to 1: received 0"],
    [{ failureRatio: 50 }, "circuitBreaker.failureRatio' must be a number over 0 and up to 1: received 50"],
    [{ minimumCalls: 0 }, "circuitBreaker.minimumCalls' must be a positive integer: received 0"],
    [{ window: 0 }, `circuitBreaker.window' must be ${duration}: received 0`],
    [{ openFor: "soon" }, `circuitBreaker.openFor' must be ${duration}: received "soon"`],
    [{ openFor: Infinity }, `circuitBreaker.openFor' must be ${duration}: received Infinity`],
    [{ maxOpenFor: -1 }, `circuitBreaker.maxOpenFor' must be ${duration}: received -1`],
    [{ maxOpenFor: "20s" }, `circuitBreaker.maxOpenFor' must be at least 'openFor' (30 s): received "20s"`],
    [{ halfOpenCalls: 1.5 }, "circuitBreaker.halfOpenCalls' must be a positive integer: received 1.5"],
    [{ consecutiveFailures: 0 }, "circuitBreaker.consecutiveFailures' must be a positive integer: received 0"],
    [{ slowCall: 0 }, `circuitBreaker.slowCall' must be ${duration}: received 0`],
    [{ slowCallRatio: 2 }, "circuitBreaker.slowCallRatio' must be a number over 0 and up to 1: received 2"],
    [
      { slowCallRatio: 1 },
      "circuitBreaker.slowCallRatio' must be given together with 'slowCall', without which no attempt is slow: received 1",
    ],
    [
      { failureOn: [] },
      "circuitBreaker.failureOn' must be an error class, a predicate, or a non-empty array of both: received an empty array",
    ],
    [{ name: "" }, `circuitBreaker.name' must be a non-empty string: received ""`],
    [{ consecutiveFailures: 5, window: "1m" }, `circuitBreaker.window' must be ${row}: received "1m"`],
    [{ consecutiveFailures: 5, failureRatio: 1 }, `circuitBreaker.failureRatio' must be ${row}: received 1`],
    [
      { threshold: 5 },
      "circuitBreaker.threshold' must be a known option: received a number, did you mean " +
      "'circuitBreaker.failureRatio' (a share, from 0 to 1)?",
    ],
    [
      { halfOpenAfter: 5 },
      "circuitBreaker.halfOpenAfter' must be a known option: received a number, did you mean 'circuitBreaker.openFor'?",
    ],
  ];
  for (const [circuitBreaker, message] of refused) {
    const error = assertThrows(
      () => opero(function load() {}, { circuitBreaker } as object),
      ConfigurationError,
    );
    assertEquals(error.message, `Cannot wrap "load" as '${message}`);
  }
  const hints: [object, string][] = [
    [{ breaker: true }, "'circuitBreaker'"],
    [{ errorThresholdPercentage: 50 }, "'circuitBreaker' (as in { failureRatio: 0.5 })"],
    [{ volumeThreshold: 5 }, "'circuitBreaker' (as in { minimumCalls: 20 })"],
    [{ halfOpenAfter: 5 }, "'circuitBreaker' (as in { openFor: \"30s\" })"],
    [{ resetTimeout: 5 }, "'circuitBreaker' (as in { openFor: \"30s\" })"],
  ];
  for (const [options, hint] of hints) {
    const { message } = assertThrows(() => opero(function load() {}, options), ConfigurationError);
    assert(message.endsWith(`, did you mean ${hint}?`), message);
  }
});
