import {
  assertEquals,
  assertInstanceOf,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { AllFailedError, ConfigurationError, currentCall, type OperoOptions } from "@opero/core";
import { outcomeOf } from "../support/outcome.ts";
import { lab, rejectionOf, scripted } from "../support/lab.ts";

const BUSY = new Error("busy");
const NO_STATS = { hits: 0, misses: 0, stale: 0, coalesced: 0, writes: 0, errors: 0 };

/** A function that counts its calls and answers how many there were, after `tookMs`. */
function counter(options: OperoOptions, tookMs = 0) {
  const { opero, clock, events, clearCache } = lab();
  const state = { calls: 0 };
  // deno-lint-ignore no-explicit-any -- called with anything
  const fn = opero(async (..._args: any[]) => {
    state.calls++;
    const { calls } = state;
    if (tookMs > 0) await clock.sleep(tookMs);
    return calls;
  }, { cache: true, ...options as object });
  const metaOf = async (...args: unknown[]) => (await fn.withMeta(...args)).meta.cache;
  return { fn, clock, events, clearCache, state, metaOf };
}

Deno.test("cache serves a hit without a call, and tells miss and hit", async () => {
  const { fn, state, events } = counter({});
  const seen: string[] = [];
  for (const name of ["cacheHit", "cacheMiss", "cacheCoalesced", "cacheStale"] as const) {
    events.on(name, () => seen.push(name));
  }
  assertEquals(await fn.withMeta("a"), {
    value: 1,
    meta: { cache: "miss", attempts: 1, waited: 0, fallbackIndex: undefined },
  });
  assertEquals(await fn.withMeta("a"), {
    value: 1,
    meta: { cache: "hit", attempts: 0, waited: 0, fallbackIndex: undefined },
  });
  assertEquals(await fn("b"), 2);
  assertEquals([state.calls, seen], [2, ["cacheMiss", "cacheHit", "cacheMiss"]]);
  assertEquals(fn.cache.stats(), { ...NO_STATS, hits: 1, misses: 2, writes: 2 });
});

Deno.test("cache that is off tells so, and its handle answers all the same", async () => {
  const { fn, metaOf } = counter({ cache: false });
  assertEquals([await metaOf("a"), await metaOf("a")], ["off", "off"]);
  assertEquals([await fn.cache.get("a"), await fn.cache.has("a"), await fn.cache.delete("a")], [
    undefined,
    false,
    false,
  ]);
  await fn.cache.clear();
  assertEquals(fn.cache.stats(), NO_STATS);
});

Deno.test("cache keeps undefined, null, 0, NaN and other values that look like nothing", async () => {
  for (const value of [undefined, null, 0, NaN, "", false]) {
    const { opero } = lab();
    const { run, calls } = scripted({ value });
    const fn = opero(run, { cache: true });
    assertEquals([await fn("a"), await fn("a")], [value, value]);
    assertEquals([calls.length, await fn.cache.has("a"), await fn.cache.get("a")], [1, true, value]);
  }
});

Deno.test("cache keeps a value until cacheTtl, to the millisecond", async () => {
  const { metaOf, clock, fn } = counter({ cacheTtl: "1s" });
  await metaOf("a");
  await clock.tick("999ms");
  assertEquals([await metaOf("a"), await fn.cache.has("a")], ["hit", true]);
  await clock.tick("1ms");
  assertEquals([await fn.cache.has("a"), await fn.cache.get("a"), await metaOf("a")], [false, undefined, "miss"]);
});

Deno.test("cache in memory does not care for the time of day", async () => {
  const { metaOf, clock } = counter({ cacheTtl: "1s" });
  await metaOf("a");
  clock.setWallTime(Date.UTC(2099, 0, 1));
  assertEquals(await metaOf("a"), "hit");
  clock.setWallTime(0);
  await clock.tick("1s");
  assertEquals(await metaOf("a"), "miss");
});

Deno.test("cache serves a stale value at once, and refreshes it once behind", async () => {
  const { fn, metaOf, clock, state } = counter({ cacheTtl: "1s", cacheStale: "10s" }, 100);
  const first = fn("a");
  await clock.tick("100ms");
  assertEquals(await first, 1);
  await clock.tick("1s");
  assertEquals(await Promise.all([fn("a"), fn("a"), fn("a")]), [1, 1, 1]);
  assertEquals(await metaOf("a"), "stale");
  assertEquals(state.calls, 2);
  await clock.tick("100ms");
  assertEquals([await fn("a"), await metaOf("a"), state.calls], [2, "hit", 2]);
  assertEquals(fn.cache.stats(), { ...NO_STATS, hits: 2, misses: 1, stale: 4, writes: 2 });
});

Deno.test("cache serves nothing stale from the end of cacheStale on", async () => {
  const { metaOf, clock } = counter({ cacheTtl: "1s", cacheStale: "1s" });
  await metaOf("a");
  await clock.tick("2s");
  assertEquals(await metaOf("a"), "miss");
});

Deno.test("cache serves stale on through refreshes that fail, and nobody hears of them", async () => {
  const { opero, clock } = lab({ retries: 0, minDelay: "1s", backoffFactor: 2 });
  const { run, calls } = scripted({ value: "old" }, { error: BUSY }, { error: BUSY }, { value: "new" });
  const fn = opero(run, { cache: true, cacheTtl: "1s", cacheStale: "1h" });
  await fn();
  await clock.tick("1s");
  for (const [gap, ran] of [["0s", 2], ["999ms", 2], ["1ms", 3], ["1999ms", 3], ["1ms", 4]] as const) {
    await clock.tick(gap);
    assertEquals(await fn(), "old");
    await clock.tick();
    assertEquals(calls.length, ran);
  }
  assertEquals([await fn(), calls.length], ["new", 4]);
});

Deno.test("cache serves the old value where every attempt failed, within cacheStaleIfError", async () => {
  const { opero, clock } = lab();
  const { run, calls } = scripted({ value: "old" }, { error: BUSY });
  const fn = opero(run, {
    cache: true,
    cacheTtl: "1s",
    cacheStaleIfError: "10s",
    retries: 1,
    minDelay: 0,
    maxDelay: 0,
  });
  await fn();
  await clock.tick("1s");
  const late = fn.withMeta();
  await clock.tick();
  assertEquals(await late, {
    value: "old",
    meta: { cache: "stale", attempts: 2, waited: 0, fallbackIndex: undefined },
  });
  assertEquals(calls.length, 3);
  await clock.tick("10s");
  const tooLate = rejectionOf(fn());
  await clock.tick();
  assertInstanceOf(await tooLate, AllFailedError);
});

Deno.test("cache serves no old value for an error that is thrown on", async () => {
  const { opero, clock } = lab();
  const { run } = scripted({ value: "old" }, { error: BUSY });
  const fn = opero(run, { cache: true, cacheTtl: "1s", cacheStaleIfError: "10s", retryOn: TypeError });
  await fn();
  await clock.tick("1s");
  assertStrictEquals(await assertRejects(() => fn()), BUSY);
});

Deno.test("cache keeps no errors", async () => {
  const { opero } = lab({ retries: 0 });
  const { run, calls } = scripted({ error: BUSY }, { value: 1 });
  const fn = opero(run, { cache: true });
  await assertRejects(() => fn(), AllFailedError);
  assertEquals([await fn(), calls.length], [1, 2]);
  assertEquals(fn.cache.stats(), { ...NO_STATS, misses: 2, writes: 1 });
});

Deno.test("cache runs identical calls in flight once, and tells each what it was", async () => {
  const { fn, clock, state } = counter({}, 100);
  const calls = [fn.withMeta("a"), fn.withMeta("a"), fn.withMeta("b"), fn.withMeta("a")];
  await clock.tick("100ms");
  const metas = (await Promise.all(calls)).map(({ value, meta }) => [value, meta.cache, meta.attempts]);
  assertEquals(metas, [[1, "miss", 1], [1, "coalesced", 1], [2, "miss", 1], [1, "coalesced", 1]]);
  assertEquals(state.calls, 2);
  assertEquals(fn.cache.stats(), { ...NO_STATS, misses: 2, coalesced: 2, writes: 2 });
});

Deno.test("cache gives all who wait the one error", async () => {
  const { opero, clock } = lab({ retries: 0 });
  const fn = opero(async () => {
    await clock.sleep(10);
    throw BUSY;
  }, { cache: true });
  const errors = [rejectionOf(fn()), rejectionOf(fn())];
  await clock.tick("10ms");
  assertStrictEquals(await errors[0], await errors[1]);
});

Deno.test("cache.delete() during a run keeps that run's result from being kept or joined", async () => {
  const { fn, clock, state } = counter({}, 100);
  const running = fn("a");
  assertEquals(await fn.cache.delete("a"), false);
  const second = fn("a");
  await clock.tick("100ms");
  assertEquals([await running, await second, await fn("a"), state.calls], [1, 2, 2, 2]);
});

Deno.test("cache.clear() during a run keeps that run's result from being kept or joined", async () => {
  const { fn, clock, state } = counter({}, 100);
  const running = [fn("a"), fn("b")];
  await fn.cache.clear();
  await clock.tick("100ms");
  assertEquals(await Promise.all(running), [1, 2]);
  assertEquals([await fn.cache.has("a"), await fn.cache.has("b"), state.calls], [false, false, 2]);
});

Deno.test("cache.delete() during a refresh leaves nothing behind", async () => {
  const { fn, clock } = counter({ cacheTtl: "1s", cacheStale: "1h" }, 100);
  const first = fn("a");
  await clock.tick("1.2s");
  await first;
  await fn("a");
  assertEquals(await fn.cache.delete("a"), true);
  await clock.tick("1s");
  assertEquals(await fn.cache.has("a"), false);
});

Deno.test("cache drops the one waiter that aborts, be it the first or a later one", async () => {
  for (const aborts of [0, 1, 2]) {
    const { fn, clock, state } = counter({}, 100);
    const controllers = [0, 1, 2].map(() => new AbortController());
    const outcomes = controllers.map(({ signal }) => outcomeOf(fn.with({ signal })("a")));
    const plain = outcomeOf(fn("a"));
    controllers[aborts]!.abort("stop");
    assertEquals(await outcomes[aborts], { ok: false, error: "stop" });
    await clock.tick("100ms");
    const others = outcomes.filter((_, i) => i !== aborts);
    assertEquals(await Promise.all([...others, plain]), Array(3).fill({ ok: true, value: 1 }));
    assertEquals([state.calls, await fn.cache.has("a"), clock.pending], [1, true, 0]);
  }
});

Deno.test("cache calls the run off once all who waited have aborted, and the next call runs anew", async () => {
  const { opero, clock } = lab();
  const signals: AbortSignal[] = [];
  const fn = opero(async (_id: string) => {
    signals.push(currentCall().signal);
    await clock.sleep(100);
  }, { cache: true });
  const controllers = [new AbortController(), new AbortController()];
  const outcomes = controllers.map(({ signal }) => outcomeOf(fn.with({ signal })("a")));
  controllers.forEach((controller, i) => controller.abort(`stop ${i}`));
  assertEquals(await Promise.all(outcomes), [{ ok: false, error: "stop 0" }, { ok: false, error: "stop 1" }]);
  assertEquals(signals.map(({ aborted, reason }) => [aborted, reason]), [[true, "stop 1"]]);
  await clock.tick("100ms");
  assertEquals(await fn.cache.has("a"), false);
  const again = fn("a");
  await clock.tick("100ms");
  await again;
  assertEquals(fn.cache.stats(), { ...NO_STATS, misses: 2, coalesced: 1, writes: 1 });
});

Deno.test("cache joins calls with limits of their own only with calls of the same", async () => {
  const { fn, clock, state } = counter({}, 100);
  const calls = [
    fn("a"),
    fn.with({ deadline: "1s" })("a"),
    fn.with({ deadline: "1s" })("a"),
    fn.with({ timeout: "1s" })("a"),
    fn("undefined/1000/string/a"),
  ];
  await clock.tick("100ms");
  assertEquals(await Promise.all(calls), [1, 2, 2, 3, 4]);
  assertEquals(state.calls, 4);
});

Deno.test("cache runs again for a call that its own run makes, before that run has a promise, and keeps the outer result", async () => {
  const { opero, clock } = lab();
  let inner: Promise<number> | undefined;
  let calls = 0;
  const fn = opero(async (): Promise<number> => {
    const call = ++calls;
    if (call < 3) inner = fn();
    await clock.sleep(10);
    return call;
  }, { cache: true });
  const outer = fn();
  await clock.tick("10ms");
  assertEquals([await outer, await inner, calls], [1, 2, 3]);
  assertEquals(await fn.cache.get(), 1);
});

Deno.test("cache in memory tells 0 and -0 apart, and knows every number again", async () => {
  const { fn, state } = counter({});
  const numbers = [0, -0, 1, -1, 0.5, NaN, Infinity];
  for (const _ of [1, 2]) assertEquals(await Promise.all(numbers.map((n) => fn(n))), [1, 2, 3, 4, 5, 6, 7]);
  assertEquals(state.calls, numbers.length);
});

Deno.test("cache keeps functions apart, unless a cacheId joins them", async () => {
  const { opero } = lab();
  const make = (name: string, options: OperoOptions) =>
    opero((_id: string): string => name, { cache: true, ...options as object });
  const [one, two] = [make("one", {}), make("two", {})];
  assertEquals([await one("a"), await two("a")], ["one", "two"]);
  const [three, four] = [make("three", { cacheId: "x" }), make("four", { cacheId: "x" })];
  assertEquals([await three("a"), await four("a")], ["three", "three"]);
  const other = make("other", { cacheId: "x", cacheNamespace: "elsewhere" });
  assertEquals(await other("a"), "other");
});

Deno.test("cache makes the instance a part of the key for methods, and the class for static ones", async () => {
  const { opero } = lab();
  let calls = 0;
  class Api {
    readonly region: string;
    constructor(region: string) {
      this.region = region;
    }
    @opero({ cache: true })
    user(id: string): Promise<string> {
      calls++;
      return Promise.resolve(`${this.region}/${id}`);
    }
    @opero({ cache: true })
    static kind(): Promise<string> {
      return Promise.resolve(this.name);
    }
    @opero({ cache: true, cacheKey: (id: string) => id })
    shared(id: string): Promise<string> {
      return Promise.resolve(`${this.region}/${id}`);
    }
  }
  class Special extends Api {}
  const [eu, us] = [new Api("eu"), new Api("us")];
  assertEquals([await eu.user("1"), await us.user("1"), await eu.user("1"), calls], ["eu/1", "us/1", "eu/1", 2]);
  assertEquals([await eu.shared("1"), await us.shared("1")], ["eu/1", "eu/1"]);
  assertEquals([await Api.kind(), await Special.kind()], ["Api", "Special"]);
  const { cache } = eu.user as unknown as { cache: { of(instance: object): { has(id: string): Promise<boolean> } } };
  assertEquals([await cache.of(eu).has("1"), await cache.of(eu).has("2"), await cache.of({}).has("1")], [
    true,
    false,
    false,
  ]);
});

Deno.test("cacheKey gets exactly the call's arguments, and decides alone", async () => {
  const seen: unknown[][] = [];
  const { fn, state } = counter({
    cacheKey: ((...args: unknown[]) => {
      seen.push(args);
      return String(args[0]);
    }) as never,
  });
  await fn("a", () => 1);
  await fn("a", 2);
  await fn("b");
  assertEquals([state.calls, seen.map((args) => args.length)], [2, [2, 2, 1]]);
});

Deno.test("cacheKey that throws fails the call with what it threw, and leaves nothing", async () => {
  const { fn } = counter({
    cacheKey: () => {
      throw BUSY;
    },
  });
  assertStrictEquals(await assertRejects(() => fn("a")), BUSY);
  assertStrictEquals(await assertRejects(() => fn.cache.get("a")), BUSY);
});

Deno.test("cache refuses a call whose arguments have no key, and points to cacheKey", async () => {
  const { fn, state, events } = counter({});
  const attempts: number[] = [];
  events.on("failure", (event) => attempts.push(event.attempts));
  const error = await assertRejects(() => fn(() => 1), ConfigurationError);
  assertEquals(
    (error as Error).message,
    "Cannot build a key of the arguments as 'cacheKey' (or 'rateLimitKey') must be given for an argument that holds " +
      "what cannot be compared by value: received a function",
  );
  assertEquals([state.calls, attempts], [0, [0]]);
});

Deno.test("clearCache() empties one namespace and no other, also one that a name begins with", async () => {
  const { opero, clearCache } = lab();
  const make = (cacheNamespace?: string, cacheId?: string) => {
    const { run, calls } = scripted({ value: 1 });
    return { fn: opero(run, { cache: true, cacheNamespace, cacheId }), calls };
  };
  const all = [make(), make("a"), make("a", "id"), make("ab"), make("a:b"), make("A")];
  const fill = () => Promise.all(all.map(({ fn }) => fn("x")));
  await fill();
  await clearCache("a");
  await fill();
  assertEquals(all.map(({ calls }) => calls.length), [1, 2, 2, 1, 1, 1]);
  await clearCache();
  await fill();
  assertEquals(all.map(({ calls }) => calls.length), [2, 2, 2, 1, 1, 1]);
  await clearCache("nobody");
});

Deno.test("clearCache() during a run keeps its result from being kept", async () => {
  const { fn, clock, clearCache } = counter({}, 100);
  const running = fn("a");
  await clearCache();
  await clock.tick("100ms");
  assertEquals([await running, await fn.cache.has("a")], [1, false]);
});

Deno.test("cache of two instances is two caches, also with one cacheId", async () => {
  const results = await Promise.all(
    ["one", "two"].map((name) => lab().opero(() => name, { cache: true, cacheId: "x" })()),
  );
  assertEquals(results, ["one", "two"]);
});

Deno.test("cache stays within maxEntries and maxBytes", async () => {
  const { fn, state } = counter({ cacheBackendConfig: { maxEntries: 2 } });
  for (const id of ["a", "b", "c"]) await fn(id);
  assertEquals([await fn.cache.has("a"), await fn.cache.has("b"), await fn.cache.has("c")], [false, true, true]);
  assertEquals(state.calls, 3);
  const { opero } = lab();
  const { run, calls } = scripted({ value: "x".repeat(1_000) });
  const large = opero(run, { cache: true, cacheBackendConfig: { maxBytes: 1_000 } });
  assertEquals((await large() as string).length, 1_000);
  await large();
  assertEquals(calls.length, 2);
});

Deno.test("cache returns a value that cannot be sized up all the same, and runs again", async () => {
  const { opero } = lab();
  const trap = {
    get trap() {
      throw BUSY;
    },
  };
  const { run, calls } = scripted({ value: trap });
  const fn = opero(run, { cache: true, cacheBackendConfig: { maxBytes: 1_000 } });
  assertStrictEquals(await fn(), trap);
  assertStrictEquals(await fn(), trap);
  assertEquals([calls.length, fn.cache.stats()], [2, { ...NO_STATS, misses: 2, errors: 2 }]);
});

Deno.test("cache leaves the fallback parameter out of the default key", async () => {
  const { opero } = lab({ retries: 0 });
  const calls: unknown[] = [];
  const fn = opero((_id: string, apiKey: string[], _more?: string): Promise<number> => {
    calls.push(apiKey[0]);
    return Promise.resolve(calls.length);
  }, { cache: true, argFallback: "apiKey" });
  assertEquals([await fn("a", ["k1"]), await fn("a", ["k2", "k3"]), await fn("b", ["k1"])], [1, 1, 2]);
  assertNotEquals(await fn("a", ["k1"], "more"), 1);
});

Deno.test("cache handles serve who asks for what is not there", async () => {
  const { fn } = counter({});
  await fn("a");
  assertEquals([await fn.cache.get("a"), await fn.cache.get("b")], [1, undefined]);
  assertEquals([await fn.cache.delete("a"), await fn.cache.delete("a")], [true, false]);
});

Deno.test("cacheKey that answers no string is refused", async () => {
  const { opero } = lab({ cache: true });
  const fn = opero((id: number) => id, { cacheKey: ((id: number) => id) as never });
  const error = await rejectionOf(fn(1));
  assertInstanceOf(error, ConfigurationError);
  assertEquals(
    (error as ConfigurationError).message,
    "Cannot build a key of the arguments as 'cacheKey' must be a function that returns a string: received a number",
  );
});

Deno.test("cacheBackend that is a Map is refused, as it would empty itself where a namespace is cleared", () => {
  const { opero } = lab();
  assertThrows(() => opero((id: number) => id, { cache: true, cacheBackend: new Map() as never }), ConfigurationError);
});

Deno.test("cacheStale lets a refresh run on when a caller who joined it leaves", async () => {
  const { opero, clock } = lab({ cache: true, cacheTtl: "1m", cacheStale: "1m" });
  let runs = 0;
  const fn = opero(async (id: number) => {
    await clock.sleep(runs++ === 0 ? 0 : 1_000);
    return `${id} of run ${runs}`;
  });
  const first = fn(1);
  await clock.tick();
  assertEquals(await first, "1 of run 1");
  await clock.tick("119500ms");
  assertEquals(await fn(1), "1 of run 1");
  await clock.tick("600ms");
  const controller = new AbortController();
  const joined = rejectionOf(fn.with({ signal: controller.signal })(1));
  controller.abort("enough");
  assertEquals(await joined, "enough");
  await clock.tick("1s");
  const { value, meta } = await fn.withMeta(1);
  assertEquals([value, meta.cache, runs], ["1 of run 2", "hit", 2]);
});

Deno.test("a cached or limited function begins its first call at once, with the arguments as they are then", async () => {
  const script = `
    import { opero } from "./mod.ts";
    const seen = [];
    const see = async (list) => void seen.push([...list]);
    const wrapped = [opero(see, { cache: true }), opero(see, { rateLimit: 1_000, rateLimitScope: "per_args" })];
    const list = ["then"];
    const calls = wrapped.map((fn) => fn(list));
    list.push("later");
    console.log(JSON.stringify(seen));
    await Promise.all(calls);
  `;
  const args = ["eval", "--no-lock", "--quiet", "--ext=js", script];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, cwd: new URL("../../", import.meta.url) })
    .output();
  assertEquals(new TextDecoder().decode(stdout).trim(), '[["then"],["then"]]');
});
