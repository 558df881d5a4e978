import { assertEquals, assertInstanceOf, assertRejects, assertStrictEquals } from "@std/assert";
import {
  AllFailedError,
  CacheError,
  type Duration,
  memoryCache,
  type OperoOptions,
  OverloadError,
  RateLimitError,
} from "@opero/core";
import { lab, rejectionOf, scripted, type Step } from "../support/lab.ts";

const GONE = new Error("gone");

/** A wrapped function that does what `steps` say. */
function wrapped(options: OperoOptions, ...steps: Step[]) {
  const { opero, clock, events, clearCache, invalidateTags } = lab();
  const { run, calls } = scripted(...steps);
  const fn = opero(run, { cache: true, retries: 0, ...options as object });
  const metaOf = async (...args: unknown[]) => (await fn.withMeta(...args)).meta.cache;
  return { fn, clock, events, clearCache, invalidateTags, calls, metaOf };
}

Deno.test("cacheIf says which results are kept, given the result and exactly the call's arguments", async () => {
  const asked: unknown[][] = [];
  const { fn, metaOf } = wrapped(
    {
      cacheIf: (...given) => {
        asked.push(given);
        return given[0] === "full";
      },
    },
    { value: "empty" },
    { value: "full" },
  );
  assertEquals([await fn("a", 1), await fn("a", 1), await metaOf("a", 1)], ["empty", "full", "hit"]);
  assertEquals(asked, [["empty", "a", 1], ["full", "a", 1]]);
  assertEquals(fn.cache.stats(), { hits: 1, misses: 2, stale: 0, coalesced: 0, writes: 1, errors: 0 });
});

Deno.test("cacheIf leaves an old value in its place, and the refresh that was not kept waits for its backoff", async () => {
  const { fn, clock, calls } = wrapped(
    { cacheIf: (value) => value === 1, cacheTtl: "1s", cacheStale: "1h" },
    { value: 1 },
    { value: 2 },
  );
  await fn("a");
  await clock.tick("2s");
  for (let n = 0; n < 5; n++) {
    assertEquals(await fn("a"), 1);
    await clock.tick(0);
  }
  assertEquals(calls.length, 2);
  await clock.tick("10s");
  assertEquals([await fn("a"), calls.length], [1, 3]);
});

for (const option of ["cacheIf", "cacheTtl", "cacheTags"] as const) {
  Deno.test(`${option} that throws ends the call with what it threw, and the next call runs`, async () => {
    const thrown = new RangeError("a bug in it");
    const fail = () => {
      throw thrown;
    };
    for (const more of [{}, { cacheBackend: memoryCache(), cacheId: "f" }]) {
      const { fn, calls } = wrapped({ [option]: fail, ...more }, { value: 1 });
      const joined = [rejectionOf(fn("a")), rejectionOf(fn("a"))];
      assertEquals(await Promise.all(joined), [thrown, thrown]);
      assertStrictEquals(await rejectionOf(fn("a")), thrown);
      assertEquals([calls.length, await fn.cache.has("a")], [2, false]);
    }
  });

  Deno.test(`${option} that throws behind an old value leaves that to be served`, async () => {
    let isWrong = false;
    const rest = { cacheTtl: "1s", cacheIf: () => true, cacheTags: () => [] } as const;
    const ask = () => {
      if (isWrong) throw new Error("a bug in it");
      const right = rest[option];
      return typeof right === "function" ? right() : right;
    };
    const { fn, clock } = wrapped({ ...rest, cacheStale: "1h", [option]: ask }, { value: 1 }, { value: 2 });
    await fn("a");
    isWrong = true;
    await clock.tick("2s");
    assertEquals([await fn("a"), await fn("a")], [1, 1]);
  });
}

Deno.test("answers that are none are a ConfigurationError, without the value in its text", async () => {
  const DURATION = 'in seconds or with its unit, such as "250ms", "2s", "5m", "1h", "1d"';
  const cases: [OperoOptions, string][] = [
    [
      { cacheIf: (() => Promise.resolve(true)) as never },
      "'cacheIf' must be a function that answers true or false at once",
    ],
    ...[-1, NaN, "soon", null, {}, Promise.resolve(1)].map((answer): [OperoOptions, string] => [
      { cacheTtl: (() => answer) as never },
      `'cacheTtl' must be a function that answers a non-negative duration ${DURATION}, or undefined`,
    ]),
    ...["a", undefined, [""], [1], Promise.resolve(["a"]), Array(101).fill("a")].map((
      answer,
    ): [OperoOptions, string] => [
      { cacheTags: (() => answer) as never },
      "'cacheTags' must be a function that answers an array of at most 100 non-empty strings",
    ]),
  ];
  for (const [options, text] of cases) {
    const { opero } = lab();
    const fn = opero((secret: string) => secret, { cache: true, name: "load", ...options });
    const error = await rejectionOf(fn("s3cret")) as Error;
    assertEquals([error.name, error.message.split(": received ")[0]], [
      "ConfigurationError",
      `Cannot call "load" as ${text}`,
    ]);
    assertEquals(error.message.includes("s3cret"), false);
  }
});

Deno.test("cacheTtl may be a function of the value and the arguments; 0 and undefined leave the result out", async () => {
  const { opero, clock } = lab();
  const fn = opero((maxAge: Duration | undefined) => ({ maxAge }), {
    cache: true,
    cacheTtl: ({ maxAge }, argument) => argument === maxAge ? maxAge : 1,
  });
  const metaOf = async (maxAge?: Duration) => (await fn.withMeta(maxAge)).meta.cache;
  for (const maxAge of ["10s", 20, Infinity, 0, undefined] as const) await fn(maxAge);
  await clock.tick("9.999s");
  assertEquals([await metaOf("10s"), await metaOf(20), await metaOf(Infinity)], ["hit", "hit", "hit"]);
  assertEquals([await metaOf(0), await metaOf(), await metaOf()], ["miss", "miss", "miss"]);
  await clock.tick("1ms");
  assertEquals([await metaOf("10s"), await metaOf(20), await metaOf(Infinity)], ["miss", "hit", "hit"]);
  await assertRejects(
    () => fn.cache.set({ maxAge: 0 }, 0),
    CacheError,
    "Cannot set a value in the cache of \"anonymous\" as its 'cacheTtl' is 0 or undefined for the value",
  );
  assertEquals(typeof fn.options.cacheTtl, "function");
});

Deno.test("cacheErrors keeps the very error that came out for its time, and a hit is one", async () => {
  const { fn, clock, calls, events } = wrapped({ cacheErrors: "10s" }, { error: GONE }, { value: 1 });
  const hits: string[] = [];
  events.on("cacheHit", ({ functionName }) => void hits.push(functionName));
  const first = await rejectionOf(fn("a"));
  assertInstanceOf(first, AllFailedError);
  await clock.tick("9.999s");
  assertStrictEquals(await rejectionOf(fn("a")), first);
  assertStrictEquals(await rejectionOf(fn.withMeta("a")), first);
  assertEquals([calls.length, hits.length, fn.cache.stats().hits, fn.cache.stats().writes], [1, 2, 2, 0]);
  assertEquals([await fn.cache.get("a"), await fn.cache.has("a")], [undefined, false]);
  assertEquals(await fn("b"), 1);
  await clock.tick("1ms");
  assertEquals([await fn("a"), await fn("a"), calls.length], [1, 1, 3]);
});

Deno.test("cacheErrors works the same beyond memory, with the errors in this process", async () => {
  const { fn, calls } = wrapped(
    { cacheErrors: "10s", cacheBackend: memoryCache(), cacheId: "f", reraise: true },
    { error: GONE },
  );
  assertStrictEquals(await rejectionOf(fn("a")), GONE);
  assertStrictEquals(await rejectionOf(fn("a")), GONE);
  assertEquals(calls.length, 1);
});

Deno.test("cacheErrors goes after a stale value, and stands under fallback and reraise", async () => {
  const options = { cacheErrors: "1h", cacheTtl: "1s" } as const;
  const stale = wrapped({ ...options, cacheStaleIfError: "1m" }, { value: 1 }, { error: GONE });
  await stale.fn("a");
  await stale.clock.tick("2s");
  assertEquals([await stale.fn("a"), await stale.fn("a")], [1, 1]);
  const behind = wrapped({ ...options, cacheStale: "1m" }, { value: 1 }, { error: GONE });
  await behind.fn("a");
  await behind.clock.tick("2s");
  assertEquals([await behind.fn("a"), await behind.fn("a")], [1, 1]);
  const answered = wrapped({ ...options, fallback: "plan B" }, { error: GONE });
  assertEquals([await answered.fn("a"), await answered.fn("a"), answered.calls.length], ["plan B", "plan B", 1]);
  const reraised = wrapped({ ...options, reraise: true }, { error: GONE });
  assertEquals([await rejectionOf(reraised.fn("a")), await rejectionOf(reraised.fn("a"))], [GONE, GONE]);
  assertEquals(reraised.calls.length, 1);
});

Deno.test("cacheErrors does not keep aborts, refusals, wrong options, nor what limits of the call or its deadline cut off", async () => {
  const abort = new DOMException("stop", "AbortError");
  const options: OperoOptions = { cacheErrors: "1h" };
  for (const error of [abort, new RateLimitError("full", 1), new OverloadError("full", 1)]) {
    const { fn, calls } = wrapped(options, { error });
    await rejectionOf(fn("a"));
    await rejectionOf(fn("a"));
    assertEquals(calls.length, 2, error.message);
  }
  const slow = wrapped({ ...options, deadline: "1s" }, "hang");
  for (let n = 0; n < 2; n++) {
    const failed = rejectionOf(slow.fn("a"));
    await slow.clock.tick("1s");
    assertInstanceOf(await failed, AllFailedError);
  }
  assertEquals(slow.calls.length, 2);
  const limited = wrapped(options, { error: GONE });
  await rejectionOf(limited.fn.with({ timeout: 1 })("a"));
  await rejectionOf(limited.fn("a"));
  await rejectionOf(limited.fn.with({ timeout: 1 })("a"));
  assertEquals(limited.calls.length, 2);
  const left = wrapped(options, "hang", { value: 1 });
  const controller = new AbortController();
  const aborted = rejectionOf(left.fn.with({ signal: controller.signal })("a"));
  controller.abort(new Error("the caller has left"));
  await aborted;
  assertEquals(await left.fn("a"), 1);
  const breaker = wrapped({ ...options, circuitBreaker: { consecutiveFailures: 1, openFor: 1 }, maxRetryAfter: 0 }, {
    error: GONE,
  });
  await rejectionOf(breaker.fn("a"));
  await rejectionOf(breaker.fn("b"));
  await breaker.clock.tick("1s");
  await rejectionOf(breaker.fn("b"));
  assertEquals(breaker.calls.length, 2);
});

/** What removes a kept error of the argument `"a"`. */
const FORGET = [
  ({ fn }: ReturnType<typeof wrapped>) => fn.cache.delete("a"),
  ({ fn }: ReturnType<typeof wrapped>) => fn.cache.clear(),
  ({ fn }: ReturnType<typeof wrapped>) => fn.cache.set(1, "a"),
  ({ clearCache }: ReturnType<typeof wrapped>) => clearCache(),
  ({ invalidateTags }: ReturnType<typeof wrapped>) => invalidateTags("any"),
  ({ fn }: ReturnType<typeof wrapped>) => fn.with({ cache: "refresh" })("a"),
];

Deno.test("cacheErrors forgets an error that was deleted, cleared, replaced, or may have borne an invalidated tag", async () => {
  for (const [i, act] of FORGET.entries()) {
    const made = wrapped({ cacheErrors: "1h", cacheTags: () => [] }, { error: GONE }, { value: 1 });
    await rejectionOf(made.fn("a"));
    await act(made);
    assertEquals(await made.fn("a"), 1, `way ${i}`);
  }
});

Deno.test("cacheErrors keeps no error of a run during which it was deleted, cleared, replaced, or a tag invalidated", async () => {
  for (const cacheBackend of ["memory", memoryCache()]) {
    for (const [i, act] of FORGET.entries()) {
      const options = {
        cacheErrors: "1h",
        cacheTags: () => [],
        cacheBackend,
        cacheId: `way ${i}`,
        reraise: true,
      } as const;
      const held = Promise.withResolvers<never>();
      const made = wrapped(options, { value: held.promise }, { value: 1 });
      const failing = rejectionOf(made.fn("a"));
      while (made.calls.length === 0) await Promise.resolve();
      await act(made);
      held.reject(GONE);
      assertStrictEquals(await failing, GONE);
      assertEquals(await made.fn("a"), 1, `way ${i}`);
    }
  }
});

Deno.test("cacheErrors forgets an error where a later run has a value, also once that has expired", async () => {
  const { fn, clock } = wrapped({ cacheErrors: "1h", cacheTtl: "1s" }, { error: GONE }, { value: 1 }, { value: 2 });
  await rejectionOf(fn("a"));
  assertEquals(await fn.with({ cache: "refresh" })("a"), 1);
  await clock.tick("2s");
  assertEquals(await fn("a"), 2);
});

Deno.test('cache: "bypass" asks no function about the result, and neither reads nor keeps an error', async () => {
  const asked: unknown[] = [];
  const ask = (value: unknown) => (asked.push(value), true);
  const { fn, calls } = wrapped({ cacheErrors: "1h", cacheIf: ask }, { error: GONE }, { error: GONE }, { value: 1 });
  await rejectionOf(fn("a"));
  await rejectionOf(fn.with({ cache: "bypass" })("a"));
  assertEquals(await fn.with({ cache: "bypass" })("a"), 1);
  await rejectionOf(fn("a"));
  assertEquals([calls.length, asked], [3, []]);
});
