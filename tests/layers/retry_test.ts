import { assert, assertEquals, assertInstanceOf, assertRejects, assertStrictEquals } from "@std/assert";
import { runInNewContext } from "node:vm";
import {
  AllFailedError,
  ConfigurationError,
  currentCall,
  isTransient,
  opero,
  type OperoOptions,
  type RetryContext,
  SerializationError,
  TimeoutError,
} from "@opero/core";
import { lab, rejectionOf, scripted, type Step } from "../support/lab.ts";

const BUSY = new Error("busy");

/** A class as older JavaScript writes it, and one that extends an error. */
const [OlderClass, OlderChild] = new Function(`
  function OlderClass() {}
  OlderClass.prototype.tell = function () {};
  function OlderChild() {}
  OlderChild.prototype = Object.create(Error.prototype);
  return [OlderClass, OlderChild];
`)() as [new () => object, new () => object];

/** Runs a scripted function to its end: how it ended, its calls, and when each began, in ms. */
async function course(steps: readonly Step[], options: OperoOptions = {}, random: () => number = () => 0.5) {
  const { opero, clock } = lab({ random });
  const { run, calls } = scripted(...steps);
  const begin = clock.now();
  const startsMs: number[] = [];
  const fn = opero((...args: unknown[]) => {
    startsMs.push(clock.now() - begin);
    return run(...args);
  }, options as object);
  // deno-lint-ignore no-explicit-any -- each test says what it looks for
  let settled: { value?: unknown; error?: any } = {};
  fn("arg").then((value) => settled = { value }, (error) => settled = { error });
  await clock.tick("1h");
  assertEquals(clock.pending, 0);
  return { ...settled, calls: calls.length, startsMs };
}

function failing(...[error]: unknown[]): Step[] {
  return [{ error }];
}

Deno.test("retry makes one call where that gets through", async () => {
  assertEquals(await course([{ value: 5 }]), { value: 5, calls: 1, startsMs: [0] });
});

Deno.test("retry tries again until a call gets through, after the delays of its policy", async () => {
  const steps = [{ error: BUSY }, { error: BUSY }, { value: 5 }];
  assertEquals(await course(steps), { value: 5, calls: 3, startsMs: [0, 100, 250] });
});

Deno.test("retry gives up after retries + 1 attempts with an AllFailedError", async () => {
  const { error, calls, startsMs } = await course(failing(BUSY), { minDelay: "1s", backoffFactor: 2, maxDelay: "3s" });
  assertInstanceOf(error, AllFailedError);
  assertEquals([calls, startsMs], [4, [0, 1_000, 3_000, 6_000]]);
  assertEquals(error.message, 'All 4 attempts of "anonymous" failed: 4 × Error');
  assertEquals([error.reason, error.errors, error.cause], ["attempts", Array(4).fill(BUSY), BUSY]);
});

Deno.test("retry with retries: 0 makes one attempt, and still throws an AllFailedError", async () => {
  const { error, calls } = await course(failing(BUSY), { retries: 0 });
  assertInstanceOf(error, AllFailedError);
  assertEquals([calls, error.message], [1, 'The only attempt of "anonymous" failed: 1 × Error']);
  assertEquals(error.attempts.length, 1);
});

Deno.test("retry records every attempt with its time, its round and its error", async () => {
  const { opero, clock } = lab();
  const fn = opero(async function load() {
    await clock.sleep(20);
    throw BUSY;
  }, { retries: 1 });
  const rejected = rejectionOf(fn());
  await clock.tick("1s");
  const error = await rejected as AllFailedError;
  const start = Date.UTC(2026, 0, 1);
  assertEquals(error.attempts, [
    { number: 1, retry: 0, fallbackIndex: undefined, startedAt: new Date(start), duration: 0.02, error: BUSY },
    { number: 2, retry: 1, fallbackIndex: undefined, startedAt: new Date(start + 120), duration: 0.02, error: BUSY },
  ]);
});

Deno.test("retry tries again after anything that is thrown, undefined too, at once or later", async () => {
  for (const thrown of [undefined, null, 0, "", false, NaN, Symbol("s")]) {
    const { error, calls } = await course(failing(thrown), { retries: 2 });
    assertEquals([calls, (error as AllFailedError).errors], [3, [thrown, thrown, thrown]]);
  }
  const { opero, clock } = lab();
  let calls = 0;
  const fn = opero(() => {
    calls++;
    throw undefined;
  }, { retries: 1 });
  const rejected = rejectionOf(fn());
  await clock.tick("1s");
  assertEquals([await rejected instanceof AllFailedError, calls], [true, 2]);
});

Deno.test("retry throws on at once, as it is, what retryOn does not match", async () => {
  class Busy extends Error {}
  class VeryBusy extends Busy {}
  class Plain {}
  const [busy, very, other] = [new Busy(), new VeryBusy(), new TypeError("bug")];
  const cases: [OperoOptions["retryOn"], unknown, boolean][] = [
    [Busy, busy, true],
    [Busy, very, true],
    [Busy, other, false],
    [Busy, undefined, false],
    [[Busy, TypeError], other, true],
    [[VeryBusy, RangeError], busy, false],
    [DOMException, new DOMException("late", "TimeoutError"), true],
    [Response, new Response(null, { status: 503 }), true],
    [Response, busy, false],
    [(error) => error === other, other, true],
    [(error) => error === other, busy, false],
    [[isTransient], Object.assign(new Error("busy"), { status: 503 }), true],
    [[Busy, isTransient, (error) => error === 5], 5, true],
    [[Busy, isTransient], other, false],
    [Error, other, true],
    [Error, new ReferenceError("x is not defined"), true],
    [Error, runInNewContext("new RangeError('far')"), true],
    [RangeError, runInNewContext("new RangeError('far')"), true],
    [TypeError, runInNewContext("new RangeError('far')"), false],
    [Plain as never, new Plain(), true],
    [Plain as never, busy, false],
    [OlderClass as never, new OlderClass(), true],
    [OlderClass as never, busy, false],
    [OlderChild as never, new OlderChild(), true],
    [URL as never, new URL("http://example.test/"), true],
    [
      function (error) {
        return error === undefined;
      },
      undefined,
      true,
    ],
  ];
  for (const [retryOn, thrown, isRetried] of cases) {
    const { error, calls } = await course(failing(thrown), { retries: 1, retryOn });
    assertEquals(calls, isRetried ? 2 : 1);
    if (isRetried) assertInstanceOf(error, AllFailedError);
    else assertStrictEquals(error, thrown);
  }
});

Deno.test("retry leaves bugs alone by default, which no other attempt can mend, and retries all else", async () => {
  const answer = runInNewContext("try { missing } catch (error) { error }");
  const bugs = [
    new ReferenceError("x is not defined"),
    new TypeError("x is not a function"),
    new TypeError("Fetch failed: Requests to port 1 are blocked"),
    Object.assign(new TypeError("Invalid URL"), { code: "ERR_INVALID_URL" }),
    new ConfigurationError("wrong"),
    new SerializationError("wrong"),
    answer,
  ];
  for (const bug of bugs) {
    const { error, calls } = await course(failing(bug), { retries: 2 });
    assertEquals(calls, 1, String(bug));
    assertStrictEquals(error, bug);
    assertEquals((await course(failing(bug), { retries: 2, retryOn: () => true })).calls, 3);
  }
  const others = [
    new TypeError("fetch failed"),
    new TypeError("Failed to fetch"),
    new TypeError("outer", { cause: Object.assign(new Error("lost"), { code: "ECONNRESET" }) }),
    new RangeError("x"),
    new SyntaxError("Unexpected end of JSON input"),
    new Error("x"),
    new TimeoutError("late", 5),
    undefined,
    "TypeError",
    { name: "TypeError" },
    new Response(null, { status: 404 }),
  ];
  for (const other of others) assertEquals((await course(failing(other), { retries: 2 })).calls, 3, String(other));
});

Deno.test("a predicate that answers a promise is a ConfigurationError at its first call", async () => {
  const asks = ["retryOn", "fallbackOn", "failOn"];
  const answers: [() => unknown, string][] = [
    [() => Promise.resolve(false), "a Promise"],
    [() => Promise.reject(new Error("nobody hears of it")), "a Promise"],
    [() => ({ then: (resolve: (value: boolean) => void) => resolve(false) }), "an object"],
  ];
  for (const option of asks) {
    for (const [answer, kind] of answers) {
      for (const predicate of option === "failOn" ? [answer] : [answer, [Response, answer]]) {
        const { opero } = lab();
        let calls = 0;
        const fn = opero(function save(_keys: string[]) {
          calls++;
          return option === "failOn" ? Promise.resolve("saved") : Promise.reject(BUSY);
        }, { argFallback: 0, [option]: predicate });
        const error = await rejectionOf(fn(["a", "b"])) as ConfigurationError;
        assertInstanceOf(error, ConfigurationError);
        assertEquals(
          error.message,
          `Cannot call "save" as '${option}' must be a function that answers true or false at once: received ${kind}`,
        );
        assertEquals(calls, 1);
      }
    }
  }
});

Deno.test("a jitter that answers a promise is a ConfigurationError at its first retry", async () => {
  let calls = 0;
  const { opero } = lab();
  const save = opero(function save() {
    calls++;
    return Promise.reject(BUSY);
    // deno-lint-ignore no-explicit-any -- no type allows it
  }, { jitter: (() => Promise.resolve(1)) as any });
  const error = await rejectionOf(save()) as ConfigurationError;
  assertInstanceOf(error, ConfigurationError);
  assertEquals(
    [error.message, calls],
    ["Cannot call \"save\" as 'jitter' must be a function that answers a number at once: received a Promise", 1],
  );
});

Deno.test("retryOn is asked once for each attempt, with its place", async () => {
  const asked: RetryContext[] = [];
  const { calls } = await course(failing(BUSY), {
    retries: 2,
    retryOn: (_error, context) => {
      asked.push(context);
      return true;
    },
  });
  assertEquals([calls, asked.map(({ attempt, retry, fallbackIndex }) => [attempt, retry, fallbackIndex])], [3, [
    [1, 0, undefined],
    [2, 1, undefined],
    [3, 2, undefined],
  ]]);
  assertEquals(new Set(asked.map(({ correlationId }) => correlationId)).size, 1);
});

Deno.test("retryOn that throws fails the call with what it threw, and is asked once, also within a fallback", async () => {
  const bug = new TypeError("predicate");
  for (const others of [{}, { argFallback: 0 as const }]) {
    let asked = 0;
    const { opero } = lab();
    const fn = opero((_keys: string[]) => Promise.reject(BUSY), {
      ...others,
      retryOn: () => {
        asked++;
        throw bug;
      },
    });
    assertStrictEquals(await rejectionOf(fn(["a", "b"])), bug);
    assertEquals(asked, 1);
  }
});

Deno.test("retry never follows an AbortError, whatever retryOn says and whoever makes it", async () => {
  for (
    const abort of [
      new DOMException("stop", "AbortError"),
      Object.assign(new Error("stop"), { name: "AbortError" }),
      Object.assign(new Error("canceled"), { name: "CanceledError", code: "ERR_CANCELED" }),
      Object.assign(new Error("aborted"), { code: "ERR_ABORTED" }),
      Object.assign(new Error("aborted"), { code: "UND_ERR_ABORTED" }),
      { message: "canceled", __CANCEL__: true },
    ]
  ) {
    const { error, calls } = await course(failing(abort), { retryOn: () => true });
    assertEquals(calls, 1);
    assertStrictEquals(error, abort);
  }
});

Deno.test("retry waits at least as long as a Retry-After asks, jitter only added", async () => {
  const asks = (
    seconds: number,
  ): Step[] => [{ error: Object.assign(new Error(), { retryAfter: seconds }) }, { value: 1 }];
  assertEquals((await course(asks(5), { jitter: "none" })).startsMs, [0, 5_000]);
  const jittered = await course(asks(5), { jitter: "full", minDelay: "1s" }, () => 0.5);
  assert(jittered.startsMs[1]! > 5_000 && jittered.startsMs[1]! <= 6_000, `${jittered.startsMs}`);
  assertEquals((await course(asks(0.01), { minDelay: "1s", jitter: "none" })).startsMs, [0, 1_000], "never sooner");
  assertEquals((await course(asks(5), { maxDelay: "1s", jitter: "none" })).startsMs, [0, 5_000], "past maxDelay");
  assertEquals((await course(asks(60), { jitter: "none" })).startsMs, [0, 60_000], "as long as maxRetryAfter");
});

Deno.test("retry reads a Retry-After as a date by the time of day", async () => {
  const date = new Date(Date.UTC(2026, 0, 1, 0, 0, 30)).toUTCString();
  const error = new Response(null, { status: 503, headers: { "Retry-After": date } });
  assertEquals((await course([{ error }, { value: 1 }])).startsMs, [0, 30_000]);
});

Deno.test("retry gives up at once where a Retry-After is longer than maxRetryAfter", async () => {
  const busy = Object.assign(new Error(), { retryAfter: 60.1 });
  const { error, calls, startsMs } = await course(failing(busy));
  assertInstanceOf(error, AllFailedError);
  assertEquals([calls, startsMs, error.reason], [1, [0], "retry_after"]);
  assertEquals(
    error.message,
    `Gave up "anonymous" after 1 attempt, as the server asks to wait longer than 'maxRetryAfter': 1 × Error`,
  );
  const short = await course(failing(Object.assign(new Error(), { retryAfter: 2 })), { maxRetryAfter: "1s" });
  assertEquals([short.calls, (short.error as AllFailedError).reason], [1, "retry_after"]);
});

Deno.test("retry leaves a Retry-After alone without respectRetryAfter", async () => {
  const busy = Object.assign(new Error(), { retryAfter: 1_000 });
  assertEquals((await course([{ error: busy }, { value: 1 }], { respectRetryAfter: false })).startsMs, [0, 100]);
});

Deno.test("retry waits for the longest Retry-After of a round's fallback values", async () => {
  const { opero, clock } = lab();
  const begin = clock.now();
  const starts: number[] = [];
  const fn = opero((_keys: number[]): Promise<string> => {
    starts.push(clock.now() - begin);
    if (starts.length > 3) return Promise.resolve("done");
    return Promise.reject(Object.assign(new Error(), { retryAfter: [5, 20, 1][starts.length - 1] }));
  }, { argFallback: 0 });
  const done = fn([1, 2, 3]);
  await clock.tick("1m");
  assertEquals([await done, starts], ["done", [0, 0, 0, 20_000]]);
});

Deno.test("retry keeps the state of concurrent calls apart", async () => {
  const { opero, clock } = lab();
  const fn = opero((id: number): Promise<number> => {
    const { attempt } = currentCall();
    return attempt <= id ? Promise.reject(BUSY) : Promise.resolve(id * 10 + attempt);
  });
  const all = Promise.all([fn.withMeta(0), fn.withMeta(1), fn.withMeta(2), fn.withMeta(3)]);
  await clock.tick("1m");
  assertEquals((await all).map(({ value, meta }) => [value, meta.attempts, meta.waited]), [
    [1, 1, 0],
    [12, 2, 0.1],
    [23, 3, 0.25],
    [34, 4, 0.475],
  ]);
});

Deno.test("retry survives jitter functions of every kind: NaN, Infinity, less than nothing, and what throws", async () => {
  const bounds: OperoOptions = { retries: 1, minDelay: "1s", maxDelay: "2s" };
  for (const [answer, waitMs] of [[NaN, 1_000], [Infinity, 2_000], [-5, 1_000], [undefined, 1_000], [1e300, 2_000]]) {
    const { startsMs } = await course(failing(BUSY), { ...bounds, jitter: () => answer as number });
    assertEquals(startsMs, [0, waitMs]);
  }
  const bug = new TypeError("jitter");
  const { error, calls } = await course(failing(BUSY), {
    ...bounds,
    jitter: () => {
      throw bug;
    },
  });
  assertStrictEquals(error, bug);
  assertEquals(calls, 1);
});

Deno.test("retry tells each retry with its delay, before the wait", async () => {
  const { opero, clock, events } = lab();
  const told: unknown[] = [];
  events.on("retry", ({ retry, delay, error, functionName }) => told.push([retry, delay, error, functionName]));
  const fn = opero(function load() {
    return Promise.reject(BUSY);
  }, { retries: 2 });
  const rejected = rejectionOf(fn());
  await clock.tick();
  assertEquals(told, [[1, 0.1, BUSY, "load"]]);
  await clock.tick("1s");
  await rejected;
  assertEquals(told, [[1, 0.1, BUSY, "load"], [2, 0.15, BUSY, "load"]]);
});

Deno.test("retry answers a promise where a sync function throws", async () => {
  const { opero } = lab({ retries: 0 });
  await assertRejects(() =>
    opero(() => {
      throw BUSY;
    })(), AllFailedError);
});

Deno.test("retry waits for the Retry-After of a cause, and does not ask again an inner call that gave up for one", async () => {
  const answer = Object.assign(new Error("busy"), { status: 429, headers: { "retry-after": "20" } });
  const wrapped = new Error("could not send", { cause: answer });
  assertEquals((await course([{ error: wrapped }, { value: 1 }])).startsMs, [0, 20_000]);

  const { opero, clock } = lab();
  let calls = 0;
  const inner = opero((_keys: string[]) => {
    calls++;
    return Promise.reject(calls === 1 ? { retryAfter: 900 } : BUSY);
  }, { argFallback: 0 });
  const outer = opero(() => inner(["a", "b"]), { retries: 5 });
  const rejected = rejectionOf(outer());
  await clock.tick("1h");
  assertEquals([(await rejected as AllFailedError).reason, calls], ["retry_after", 2]);
});

Deno.test("retry judges each round by its own errors", async () => {
  const missing = Object.assign(new Error("missing"), { status: 404 });
  const steps = [{ error: Object.assign(new Error("busy"), { status: 503 }) }, { error: missing }];
  const { error, calls } = await course(steps, { retryOn: isTransient });
  assertStrictEquals(error, missing, "one value's error is thrown on as it is, whatever came before");
  assertEquals(calls, 2);
});

Deno.test("retryOn is not asked about an attempt whose call was aborted", async () => {
  const { opero } = lab();
  const controller = new AbortController();
  let asked = 0;
  const fn = opero(() => {
    controller.abort("enough");
    throw BUSY;
  }, { signal: controller.signal, retryOn: () => ++asked > 0 });
  assertEquals([await rejectionOf(fn()), asked], ["enough", 0]);
});

Deno.test("opero() leaves bugs out of the retries only where there are any", async () => {
  const bugs = [new TypeError("no function"), new ReferenceError("not defined"), new SerializationError("too deep")];
  for (const bug of bugs) {
    const fail = opero(() => {
      throw bug;
    }, { minDelay: 0 });
    assertEquals(await rejectionOf(fail()), bug);
    for (
      const only of [
        opero(() => {
          throw bug;
        }, { retries: 0 }),
        fail.with({ retries: 0 }),
      ]
    ) {
      const error = await assertRejects(async () => await only(), AllFailedError);
      assertEquals(error.errors, [bug]);
    }
  }
  const wrong = new ConfigurationError("Cannot do that");
  assertEquals(
    await rejectionOf(
      opero(() => {
        throw wrong;
      }, { retries: 0 })(),
    ),
    wrong,
  );
  const given = opero(() => {
    throw bugs[0];
  }, { retries: 0, retryOn: RangeError });
  assertEquals(await rejectionOf(given()), bugs[0]);
});

Deno.test("retry ends a call with the reason 'budget' where the budget of all calls has no retry left", async () => {
  const { opero, clock } = lab({ random: () => 0.5 });
  let runs = 0;
  const backMs = clock.now() + 60_000;
  const isDown = (): boolean => clock.now() < backMs;
  const ask = opero(function ask(): string {
    runs++;
    if (isDown()) throw new Error("busy");
    return "answer";
  }, { retries: 3, minDelay: "100ms", retryBudget: { ratio: 0.5, minPerSecond: 0.4, window: "10s" } });
  const failed = async () => {
    const error = ask().catch((error) => error);
    await clock.tick("5s");
    return await error;
  };
  const first = await failed();
  assertEquals([first.reason, runs], ["attempts", 4]);
  const second = await failed();
  assertEquals([second.reason, second.attempts.length, runs], ["budget", 2, 6]);
  assertEquals(second.message, 'Gave up "ask" after 2 attempts, as the retry budget is used up: 2 × Error');
  assertEquals([(await failed()).reason, runs], ["attempts", 10], "the first three are forgotten");
  await clock.tick("60s");
  for (let i = 0; i < 4; i++) await ask();
  assertEquals(runs, 14, "successes take none");
});

Deno.test("retry takes nothing from the budget where a call ends for another reason", async () => {
  const { opero, clock } = lab();
  const budget = { ratio: 0, minPerSecond: 0.1, window: "10s" } as const;
  const options = { retries: 1, minDelay: "1s", retryBudget: { ...budget, name: "shared" } } as const;
  const late = opero((): void => {
    throw new Error("busy");
  }, { ...options, deadline: "1s" });
  const error = await late().catch((error) => error);
  assertEquals(error.reason, "deadline");
  const once = opero((): void => {
    throw new Error("busy");
  }, options);
  const ended = once().catch((error) => error);
  await clock.tick("5s");
  assertEquals([(await ended).reason, (await ended).attempts.length], ["attempts", 2], "the one retry is still there");
});

Deno.test("retryBudget gets back a retry that did not begin: its call was aborted as it waited, or its round was refused", async () => {
  const { opero, clock } = lab();
  const retryBudget = { ratio: 0, minPerSecond: 0.1, window: "10s" } as const;
  const controller = new AbortController();
  const fail = () => Promise.reject(new Error("busy"));
  const stopped = opero(fail, { retries: 1, minDelay: "1s", maxDelay: "1s", retryBudget });
  const rejected = rejectionOf(stopped.with({ signal: controller.signal })());
  await clock.tick("500ms");
  controller.abort("stop");
  assertEquals(await rejected, "stop");
  const retried = rejectionOf(stopped());
  await clock.tick("1s");
  assertEquals((await retried as AllFailedError).attempts.length, 2);
  const poor = rejectionOf(stopped());
  await clock.tick("1s");
  assertEquals((await poor as AllFailedError).reason, "budget");
  const guarded = opero(fail, {
    ...{ retries: 1, minDelay: "1s", maxDelay: "1s", retryBudget, maxRetryAfter: 0 },
    circuitBreaker: { consecutiveFailures: 1, openFor: "3s" },
  });
  const refused = rejectionOf(guarded());
  await clock.tick("2s");
  assertEquals((await refused as AllFailedError).attempts.length, 1);
  guarded.breaker!.reset();
  const trial = rejectionOf(guarded());
  await clock.tick("1ms");
  guarded.breaker!.reset();
  await clock.tick("2s");
  assertEquals((await trial as AllFailedError).attempts.length, 2);
});
