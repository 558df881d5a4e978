import { assertEquals, assertInstanceOf, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { AllFailedError, ConfigurationError, currentCall, opero as plainOpero } from "@opero/core";
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

Deno.test("argFallback ends the round at once on an error that retryOn does not match", async () => {
  const { opero } = lab();
  let calls = 0;
  const fn = opero((_keys: string[]) => {
    calls++;
    return Promise.reject(DEAD);
  }, { argFallback: 0, retryOn: TypeError });
  assertStrictEquals(await rejectionOf(fn(["a", "b"])), DEAD);
  assertEquals(calls, 1);
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
    () => plainOpero((_id: string, _key: string) => {}, { argFallback: 2 }),
    ConfigurationError,
  );
  assertEquals(
    beyond.message,
    `Cannot wrap an anonymous function as 'argFallback' must be the index of a parameter or one of "_id", "_key": ` +
      "received 2",
  );
  const none = assertThrows(() => plainOpero(function ping() {}, { argFallback: "key" }), ConfigurationError);
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
