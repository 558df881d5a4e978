import { assertEquals, assertInstanceOf, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  AllFailedError,
  ConfigurationError,
  currentCall,
  isTransient,
  opero as plainOpero,
  type OperoOptions,
} from "@opero/core";
import { lab, rejectionOf } from "../support/lab.ts";

const DEAD = new Error("dead key");

/** Fails for each key that begins with "bad", and answers the list that got through. */
function useKeys(keys: unknown): Promise<unknown> {
  const [key] = keys as string[];
  return key?.startsWith("bad") ? Promise.reject(DEAD) : Promise.resolve(keys);
}

Deno.test("argFallback calls with the list from the value being tried onwards", async () => {
  const { opero, events } = lab();
  const seen: unknown[] = [];
  const told: number[] = [];
  events.on("fallback", ({ fallbackIndex }) => told.push(fallbackIndex));
  const fn = opero((id: string, apiKey: string[], more: number) => {
    seen.push([id, apiKey, more, currentCall().fallbackIndex]);
    return useKeys(apiKey);
  }, { argFallback: "apiKey" });
  const keys = Object.freeze(["bad1", "bad2", "good"]) as string[];
  assertEquals(await fn.withMeta("a", keys, 5), {
    value: ["good"],
    meta: { cache: "off", attempts: 3, waited: 0, fallbackIndex: 2 },
  });
  assertEquals(seen, [
    ["a", ["bad1", "bad2", "good"], 5, 0],
    ["a", ["bad2", "good"], 5, 1],
    ["a", ["good"], 5, 2],
  ]);
  assertEquals(told, [1, 2]);
});

Deno.test("argFallback repeats the whole round with each retry", async () => {
  const { opero, clock } = lab();
  const seen: string[] = [];
  const fn = opero((apiKey: string[]) => {
    seen.push(apiKey[0]!);
    return useKeys(apiKey);
  }, { argFallback: 0, retries: 2 });
  const rejected = rejectionOf(fn(["bad1", "bad2"]));
  await clock.tick("1m");
  const error = await rejected as AllFailedError;
  assertInstanceOf(error, AllFailedError);
  assertEquals(seen, ["bad1", "bad2", "bad1", "bad2", "bad1", "bad2"]);
  assertEquals(error.attempts.map(({ number, retry, fallbackIndex }) => [number, retry, fallbackIndex]), [
    [1, 0, 0],
    [2, 0, 1],
    [3, 1, 0],
    [4, 1, 1],
    [5, 2, 0],
    [6, 2, 1],
  ]);
});

Deno.test("argFallback tries the next value after an error that retryOn does not match, and makes no other round", async () => {
  const { opero } = lab();
  const seen: string[] = [];
  const fn = opero((keys: string[]) => {
    seen.push(keys[0]!);
    return useKeys(keys);
  }, { argFallback: 0, retryOn: TypeError });
  assertEquals(await fn(["bad", "good"]), ["good"]);
  const error = await rejectionOf(fn(["bad1", "bad2"])) as AllFailedError;
  assertInstanceOf(error, AllFailedError);
  assertEquals([error.reason, error.errors, seen], ["attempts", [DEAD, DEAD], ["bad", "good", "bad1", "bad2"]]);
  assertEquals(error.message, 'All 2 attempts of "anonymous" failed: 2 × Error');
  assertStrictEquals(await rejectionOf(fn(["bad"])), DEAD, "one value's error is thrown on as it is");
});

Deno.test("argFallback makes another round where one error of several is to be retried", async () => {
  const { opero, clock } = lab({ retries: 1 });
  const errors = [Object.assign(new Error("no"), { status: 401 }), Object.assign(new Error("busy"), { status: 503 })];
  for (const order of [errors, errors.toReversed()]) {
    let calls = 0;
    const fn = opero((_keys: string[]) => Promise.reject(order[calls++ % 2]), { argFallback: 0, retryOn: isTransient });
    const rejected = rejectionOf(fn(["a", "b"]));
    await clock.tick("1m");
    assertEquals([(await rejected as AllFailedError).errors, calls], [[...order, ...order], 4]);
  }
});

Deno.test("fallbackOn says which errors go on to the next value, whatever retryOn says", async () => {
  class Spent extends Error {}
  const cases: [OperoOptions["fallbackOn"], unknown, number][] = [
    [undefined, new Error("any"), 2],
    [undefined, Object.assign(new Error("no"), { status: 401 }), 2],
    [undefined, "a text", 2],
    [undefined, new TypeError("fetch failed"), 2],
    [undefined, new TypeError("x is not a function"), 1],
    [undefined, new ReferenceError("x is not defined"), 1],
    [undefined, new ConfigurationError("wrong"), 1],
    [undefined, new DOMException("stop", "AbortError"), 1],
    [() => true, new DOMException("stop", "AbortError"), 1],
    [() => true, new TypeError("x is not a function"), 2],
    [Spent, new Spent("spent"), 2],
    [Spent, new Error("other"), 1],
    [[Spent, (error) => error === 5], 5, 2],
    [[Spent, (error) => error === 5], 6, 1],
  ];
  for (const [fallbackOn, thrown, calls] of cases) {
    for (const retryOn of [() => false, isTransient]) {
      const { opero } = lab({ retries: 0 });
      let made = 0;
      const fn = opero((_keys: string[]) => {
        made++;
        return Promise.reject(thrown);
      }, { argFallback: 0, retryOn, fallbackOn });
      const error = await rejectionOf(fn(["a", "b"]));
      assertEquals(made, calls, Deno.inspect([fallbackOn, thrown]));
      if (calls === 2) assertEquals((error as AllFailedError).errors, [thrown, thrown]);
      else assertStrictEquals(error, thrown);
    }
  }
});

Deno.test("fallbackOn is asked once for each value but the last, with its place", async () => {
  const { opero } = lab({ retries: 0 });
  const asked: unknown[] = [];
  const fn = opero((_keys: string[]) => Promise.reject(DEAD), {
    argFallback: 0,
    fallbackOn: (error, { attempt, retry, fallbackIndex }) => {
      asked.push([error, attempt, retry, fallbackIndex]);
      return true;
    },
  });
  await rejectionOf(fn(["a", "b", "c"]));
  assertEquals(asked, [[DEAD, 1, 0, 0], [DEAD, 2, 0, 1]]);
});

Deno.test("argFallback with several names moves their parameters in step", async () => {
  const { opero } = lab({ retries: 0 });
  const seen: unknown[] = [];
  const ask = (_question: string, apiKey: string[], { model }: { model: string[] }) => {
    seen.push([apiKey[0], model[0]]);
    return useKeys(apiKey);
  };
  const fn = opero(ask, { argFallback: ["apiKey", "model"] });
  assertEquals(await fn("why", ["bad1", "bad2", "good"], { model: ["big", "small"] }), ["good"]);
  assertEquals(seen, [["bad1", "big"], ["bad2", "small"], ["good", "small"]], "a shorter list stays at its last");
  seen.length = 0;
  assertEquals(await fn("why", ["good"], { model: ["big", "small"] }), ["good"]);
  assertEquals(await fn("why", "plain" as never, { model: "one" as never }), "plain", "what is no list is passed on");
  assertEquals(seen, [["good", "big"], ["p", "o"]]);
});

Deno.test("argFallback with several names takes a list for each from fallbackValues, by place or by name", async () => {
  const { opero } = lab({ retries: 0 });
  const ask = (apiKey?: string[], model?: string[]) =>
    apiKey![0] === "bad" ? Promise.reject(DEAD) : Promise.resolve([apiKey![0], model?.[0]]);
  const argFallback = ["apiKey", 1] as const;
  const byPlace = opero(ask, { argFallback, fallbackValues: [["bad", "good"], ["big", "small"]] });
  assertEquals([await byPlace(), await byPlace(["own"])], [["good", "small"], ["own", "big"]]);
  const byName = opero(ask, { argFallback, fallbackValues: { apiKey: ["bad", "good"], 1: ["big", "small"] } });
  assertEquals(await byName(), ["good", "small"]);
  const partly = opero(ask, { argFallback, fallbackValues: { apiKey: ["bad", "good"] } });
  assertEquals(await partly(), ["good", undefined]);
});

Deno.test("argFallback with several names leaves all of them out of the cache key", async () => {
  const { opero } = lab();
  let runs = 0;
  const fn = opero((_id: string, _key: string[], _model: string[]) => ++runs, {
    argFallback: ["_key", 2],
    cache: true,
  });
  assertEquals([await fn("a", ["k"], ["m"]), await fn("a", ["l"], ["n"]), await fn("b", ["k"], ["m"])], [1, 1, 2]);
});

Deno.test("argFallback options that are wrong are refused where the function is wrapped", () => {
  function load(_apiKey?: string[], _model?: string[]) {}
  const refused: [object, string][] = [
    [
      { argFallback: [] },
      "'argFallback' must be the name or the index of a parameter, or an array of them: received an empty array",
    ],
    [
      { argFallback: [0, 0] },
      "'argFallback' must be the name or the index of a parameter, or an array of them: received an array",
    ],
    [
      { argFallback: [0, 5] },
      `'argFallback' must be the index of a parameter or one of "_apiKey", "_model": received 5`,
    ],
    [
      { fallbackOn: Error },
      "'fallbackOn' must be given together with 'argFallback', without which it does nothing: received a function",
    ],
    [
      { fallbackValues: ["a"] },
      "'fallbackValues' must be given together with 'argFallback', without which it does nothing: received an array",
    ],
    [
      { argFallback: 0, fallbackOn: [] },
      "'fallbackOn' must be an error class, a predicate, or a non-empty array of both: received an empty array",
    ],
    [
      { argFallback: 0, fallbackValues: { 0: ["a"] } },
      "'fallbackValues' must be a non-empty array: received an object",
    ],
    ...[[["a"]], [["a"], []], [["a"], "b"], { 0: ["a"], 7: ["b"] }, { 0: [] }, { 1: "b" }].map((
      fallbackValues,
    ): [object, string] => [
      { argFallback: [0, 1], fallbackValues },
      `'fallbackValues' must be a non-empty array for each name of 'argFallback': received an ${
        Array.isArray(fallbackValues) ? "array" : "object"
      }`,
    ]),
  ];
  for (const [options, message] of refused) {
    const error = assertThrows(() => plainOpero(load, options), ConfigurationError);
    assertEquals(error.message, `Cannot wrap "load" as ${message}`);
  }
});

Deno.test("argFallback refuses a default that is no list of literals, unless fallbackValues are given", async () => {
  const MIRRORS = ["bad", "good"];
  const DEFAULTS = { mirror: MIRRORS };
  // deno-lint-ignore no-explicit-any -- each has parameters of its own
  const functions: [(...args: any[]) => unknown, string | number][] = [
    [(_file: string, mirror = MIRRORS) => useKeys(mirror), "mirror"],
    [(_file: string, mirror = MIRRORS) => useKeys(mirror), 1],
    [(_file: string, mirror = [...MIRRORS]) => useKeys(mirror), "mirror"],
    [(_file: string, mirror = MIRRORS.slice()) => useKeys(mirror), "mirror"],
    [(_file: string, mirror: unknown = "single") => useKeys(mirror), "mirror"],
    [(_file: string, { mirror = MIRRORS } = {}) => useKeys(mirror), "mirror"],
    [(_file: string, { mirror } = DEFAULTS) => useKeys(mirror), "mirror"],
    [(_file: string, { mirror = ["bad", "good"] } = DEFAULTS) => useKeys(mirror), "mirror"],
    [(_file: string, { mirror } = { mirror: MIRRORS }) => useKeys(mirror), "mirror"],
    [(_file: string, { at: { mirror } = DEFAULTS } = {}) => useKeys(mirror), "at.mirror"],
    [(_file: string, options = DEFAULTS) => useKeys(options.mirror), "options.mirror"],
  ];
  for (const [fn, argFallback] of functions) {
    const error = assertThrows(() => plainOpero(fn, { argFallback }), ConfigurationError);
    assertEquals(
      error.message,
      "Cannot wrap an anonymous function as 'fallbackValues' must be given where the default of " +
        `${JSON.stringify(argFallback)} is no list of literals: received undefined`,
    );
    const given = lab({ retries: 0 }).opero(fn as (file: string) => Promise<unknown>, {
      argFallback,
      fallbackValues: MIRRORS,
    });
    assertEquals(await given("map.png"), ["good"]);
  }
});

Deno.test("argFallback takes a default of nothing, or of an empty list or object, for none", async () => {
  const { opero } = lab({ retries: 0 });
  const none = (keys: unknown) => Promise.resolve(keys);
  assertEquals(await opero((key: unknown = undefined) => none(key), { argFallback: "key" })(), undefined);
  assertEquals(await opero((key: unknown = null) => none(key), { argFallback: "key" })(), null);
  assertEquals(await opero((key: unknown[] = []) => none(key), { argFallback: "key" })(), []);
  assertEquals(await opero(({ key }: { key?: unknown } = {}) => none(key), { argFallback: "key" })(), undefined);
});

Deno.test("argFallback passes on as it is, once, what is no list or an empty one", async () => {
  const { opero } = lab({ retries: 0 });
  for (const value of ["single", 5, null, {}, [], new Set(["a"])]) {
    const seen: unknown[] = [];
    const fn = opero((keys: unknown) => {
      seen.push(keys, currentCall().fallbackIndex);
      return Promise.resolve(keys);
    }, { argFallback: 0 });
    assertStrictEquals(await fn(value), value);
    assertEquals(seen, [value, undefined]);
  }
});

Deno.test("argFallback takes fallbackValues, or the parameter's default, where the caller leaves it out", async () => {
  const { opero } = lab({ retries: 0 });
  const plain = opero((_id: string, apiKey?: string[]) => useKeys(apiKey), {
    argFallback: "apiKey",
    fallbackValues: ["bad", "given"],
  });
  assertEquals(await plain("a"), ["given"]);
  assertEquals(await plain("a", undefined), ["given"]);
  assertEquals(await plain("a", ["own"]), ["own"]);
  const defaulted = opero((_id: string, apiKey = ["bad", "default"]) => useKeys(apiKey), { argFallback: "apiKey" });
  assertEquals([await defaulted("a"), await defaulted("a", ["own"])], [["default"], ["own"]]);
  const indexed = opero((_id: string, apiKey = ["bad", "default"]) => useKeys(apiKey), { argFallback: 1 });
  assertEquals([await indexed("a"), await indexed("a", ["own"])], [["default"], ["own"]]);
});

Deno.test("argFallback tries the values that a round began with, whatever becomes of the caller's list", async () => {
  const { opero } = lab({ retries: 0 });
  const keys = ["bad1", "bad2", "bad3"];
  const seen: string[] = [];
  const fn = opero((apiKey: string[]) => {
    seen.push(apiKey[0]!);
    // An endless round would not let the test end.
    if (seen.length > 5) return Promise.resolve([]);
    keys.length = 0;
    return useKeys(apiKey);
  }, { argFallback: 0 });
  assertInstanceOf(await rejectionOf(fn(keys)), AllFailedError);
  assertEquals(seen, ["bad1", "bad2", "bad3"]);
});

Deno.test("argFallback keeps to the fallbackValues that it was given when the function was wrapped", async () => {
  const { opero } = lab({ retries: 0 });
  const fallbackValues = ["bad", "good"];
  const fn = opero((apiKey?: string[]) => useKeys(apiKey), { argFallback: 0, fallbackValues });
  fallbackValues.length = 0;
  assertEquals(await fn(), ["good"]);
});

Deno.test("argFallback leaves its property out of the cache key, whether the caller gives it or not", async () => {
  const { opero } = lab();
  let runs = 0;
  const fn = opero((_id: string, { apiKey: _apiKey = ["own"] }: { apiKey?: string[]; page?: number }) => ++runs, {
    argFallback: "apiKey",
    cache: true,
  });
  assertEquals([await fn("a", { apiKey: ["x"] }), await fn("a", { apiKey: ["y"] }), await fn("a", {})], [1, 1, 1]);
  assertEquals([await fn("a", { page: 1 }), await fn("b", {})], [2, 3]);
});

Deno.test("argFallback replaces a property that an options object inherits as a getter", async () => {
  const { opero } = lab({ retries: 0 });
  class Settings {
    get apiKey(): string[] {
      return ["bad", "good"];
    }
  }
  const fn = opero(({ apiKey }: Settings) => useKeys(apiKey), { argFallback: "apiKey" });
  assertEquals(await fn(new Settings()), ["good"]);
});

Deno.test("argFallback finds a property of an options object, and changes no object of the caller's", async () => {
  const { opero } = lab({ retries: 0 });
  const seen: unknown[] = [];
  const fn = opero(({ id, apiKey }: { id: string; apiKey: string[] }) => {
    seen.push(id);
    return useKeys(apiKey);
  }, { argFallback: "apiKey" });
  const options = Object.freeze({ id: "a", apiKey: Object.freeze(["bad", "good"]) as string[] });
  assertEquals([await fn(options), seen], [["good"], ["a", "a"]]);
  const whole = opero((options: { apiKey: string[] }) => useKeys(options.apiKey), { argFallback: "options.apiKey" });
  assertEquals(await whole(options), ["good"]);
});

Deno.test("argFallback waits fallbackDelay between two values, not before the first nor after the last", async () => {
  const { opero, clock } = lab({ retries: 0 });
  const begin = clock.now();
  const starts: number[] = [];
  const fn = opero((keys: string[]) => {
    starts.push(clock.now() - begin);
    return useKeys(keys);
  }, { argFallback: 0, fallbackDelay: "2s" });
  const rejected = rejectionOf(fn(["bad", "bad", "bad"]));
  await clock.tick("1m");
  const error = await rejected as AllFailedError;
  assertEquals([starts, error.errors.length], [[0, 2_000, 4_000], 3]);
});

Deno.test("argFallback fills up the arguments before its place", async () => {
  const { opero } = lab();
  const fn = opero((...args: unknown[]) => Promise.resolve(args), { argFallback: 2, fallbackValues: ["key"] });
  assertEquals(await fn(), [undefined, undefined, ["key"]]);
});

Deno.test("argFallback that names no parameter is refused where the function is wrapped, with the names there are", () => {
  function fetchUser(_id: string, { apiKey: _apiKey = [] as string[] } = {}, ..._rest: string[]) {}
  const error = assertThrows(() => plainOpero(fetchUser, { argFallback: "key" }), ConfigurationError);
  assertEquals(
    error.message,
    `Cannot wrap "fetchUser" as 'argFallback' must be the index of a parameter or one of "_id", "apiKey": received "key"`,
  );
  const beyond = assertThrows(
    () => plainOpero((_id: string, _key: string) => {}, { argFallback: 2 } as object),
    ConfigurationError,
  );
  assertEquals(
    beyond.message,
    `Cannot wrap an anonymous function as 'argFallback' must be the index of a parameter or one of "_id", "_key": ` +
      "received 2",
  );
  const none = assertThrows(() => plainOpero(function ping() {}, { argFallback: "key" } as object), ConfigurationError);
  assertEquals(
    none.message,
    `Cannot wrap "ping" as 'argFallback' must be the index of a parameter, as the function names none: received "key"`,
  );
  const native = assertThrows(() => plainOpero(Math.max, { argFallback: "key" }), ConfigurationError);
  assertEquals(
    native.message,
    `Cannot wrap "max" as 'argFallback' must be the index of a parameter, as the source of the function cannot be read: ` +
      `received "key"`,
  );
});

Deno.test("argFallback keeps the arguments of concurrent calls apart", async () => {
  const { opero, clock } = lab({ retries: 1 });
  const fn = opero(async (keys: string[]) => {
    await clock.sleep(10);
    return await useKeys(keys);
  }, { argFallback: 0 });
  const both = Promise.all([fn(["bad", "a"]), fn(["b"]), fn(["bad", "bad", "c"])]);
  await clock.tick("1m");
  assertEquals(await both, [["a"], ["b"], ["c"]]);
  await assertRejects(
    () => Promise.all([lab({ retries: 0 }).opero(useKeys, { argFallback: 0 })(["bad"])]),
    AllFailedError,
  );
});

for (const fallbackStrategy of [undefined, "ordered"] as const) {
  Deno.test(`argFallback rejects where the arguments cannot be copied: ${fallbackStrategy ?? "in turn"}`, async () => {
    const { opero } = lab({ retries: 0 });
    const fn = opero(({ keys }: { keys: string[] }) => keys.length, { argFallback: "keys", fallbackStrategy });
    const hostile = {
      keys: ["a", "b"],
      get body(): string {
        throw new RangeError("no body");
      },
    };
    const calling = fn(hostile);
    assertEquals((await rejectionOf(calling) as AllFailedError).errors.map(String), ["RangeError: no body"]);
  });
}
