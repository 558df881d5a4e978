/**
 * What the types promise: this file does not compile when one of them is lost. The tests run the same
 * calls, so that the types are those of what happens.
 */
import { assertEquals, assertThrows } from "@std/assert";
import {
  ConfigurationError,
  createOpero,
  currentCall,
  isFailedResponse,
  isTransient,
  type Items,
  type MappedRun,
  type MapStream,
  opero,
  type OperoOptions,
  opmap,
  type OpmapOptions,
  type Wrapped,
} from "@opero/core";

/** Compiles where the two types are one and the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
function isTrue<T extends true>(_proof?: T): void {}

Deno.test("opero() keeps the parameters and the result of an async function", async () => {
  const fn = opero(async (id: string, times?: number): Promise<{ id: string }> =>
    await Promise.resolve({ id: id.repeat(times ?? 1) })
  );
  isTrue<Same<Parameters<typeof fn>, [id: string, times?: number | undefined]>>();
  isTrue<Same<ReturnType<typeof fn>, Promise<{ id: string }>>>();
  // @ts-expect-error -- the first parameter is a text
  const wrong = fn(5).catch(() => {});
  const result: { id: string } = await fn("a", 2);
  await wrong;
  assertEquals(result, { id: "aa" });
});

Deno.test("opero() takes a function whose parameters have defaults", async () => {
  const fn = opero(async (id: string, times = 1) => await Promise.resolve(id.repeat(times)));
  const text: string = await fn("a");
  assertEquals([text, await fn("a", 2)], ["a", "aa"]);
});

Deno.test("opero() keeps type parameters", async () => {
  const first = opero(<T>(items: readonly T[]): Promise<T | undefined> => Promise.resolve(items[0]));
  const text: string | undefined = await first(["a"]);
  const number: number | undefined = await first([1]);
  // @ts-expect-error -- the items' type comes through
  const wrong: number | undefined = await first(["a"]);
  assertEquals([text, number, wrong], ["a", 1, "a"] as unknown[] as never);
});

function load(id: string): Promise<string>;
function load(id: number): Promise<number>;
function load(id: string | number): Promise<string | number> {
  return Promise.resolve(id);
}

Deno.test("opero() keeps overloads", async () => {
  const fn = opero(load);
  const text: string = await fn("a");
  const number: number = await fn(1);
  // @ts-expect-error -- there is no such overload
  const wrong = fn(true);
  await wrong;
  assertEquals([text, number], ["a", 1] as never);
});

Deno.test("opero() keeps the type of this, and passes it on", async () => {
  const holder = {
    factor: 2,
    scale: opero(function (this: { factor: number }, n: number): Promise<number> {
      return Promise.resolve(n * this.factor);
    }),
  };
  assertEquals(await holder.scale(21), 42);
  const { scale } = holder;
  // @ts-expect-error -- there is no `this` of that type
  const wrong = scale(1).catch(() => {});
  await wrong;
});

Deno.test("opero() makes a promise of a sync function's result", async () => {
  const fn = opero((n: number) => n * 2);
  isTrue<Same<ReturnType<typeof fn>, Promise<number>>>();
  isTrue<Same<Parameters<typeof fn>, [n: number]>>();
  // @ts-expect-error -- a promise is no number
  const wrong: number = fn(1);
  assertEquals(await wrong, 2);
  assertEquals(await fn(21), 42);
});

Deno.test("opero() makes a promise also of what always throws", async () => {
  const fn = opero((_id: string) => {
    throw new Error("no");
  }, { retries: 0 });
  isTrue<Same<ReturnType<typeof fn>, Promise<never>>>();
  await fn("a").catch(() => {});
});

Deno.test("opero(options) curries with the types kept, for several functions", async () => {
  const resilient = opero({ retries: 1 });
  const double = resilient((n: number) => n * 2);
  const greet = resilient(async (name: string): Promise<string> => await Promise.resolve(`hi ${name}`));
  isTrue<Same<ReturnType<typeof double>, Promise<number>>>();
  isTrue<Same<Parameters<typeof greet>, [name: string]>>();
  assertEquals([await double(21), await greet("Ada"), greet.options.retries], [42, "hi Ada", 1] as never);
  assertEquals(await opero()((n: number) => n)(1), 1);
});

Deno.test("functions of the cache's options are typed with the result and the arguments", async () => {
  const fn = opero((id: string, page: number) => Promise.resolve({ id, page, tags: ["a"], maxAge: "10s" as const }), {
    cache: true,
    cacheIf: (result, id, page) => result.id === id && result.page === page,
    cacheTtl: ({ maxAge }, _id, page) => page > 1 ? maxAge : undefined,
    cacheTags: ({ tags }, id) => [...tags, `id:${id}`],
  });
  await fn("a", 1);
  opero((n: number) => n, {
    cache: true,
    cacheIf: (n) => n > 1,
    cacheTtl: (n) => n,
    cacheTags: (n) => [n.toFixed()],
    cacheErrors: "10s",
  });
  // @ts-expect-error -- the result is a number
  opero((n: number) => n, { cache: true, cacheIf: (value: string) => value === "" });
  // @ts-expect-error -- tags are texts
  opero((n: number) => n, { cache: true, cacheTags: (n) => [n] });
  // @ts-expect-error -- no duration
  opero((n: number) => n, { cache: true, cacheTtl: () => "soon" });
  // @ts-expect-error -- the argument is a number
  opero((n: number) => n, { cache: true, cacheIf: (_value, text: string) => text === "" });
});

Deno.test("opero() keeps name and length", () => {
  const fn = opero(function fetchUser(_id: string, _more: number) {});
  assertEquals([fn.name, fn.length], ["fetchUser", 2] as never);
  assertEquals([fn.with({}).name, fn.with({}).length], ["fetchUser", 2] as never);
});

Deno.test("opero() gives its callbacks the types of the function", async () => {
  const fn = opero(async (id: string, size: number): Promise<string> => await Promise.resolve(id + size), {
    cache: true,
    cacheKey: (id, size) => `${id.toUpperCase()}${size.toFixed(0)}`,
    rateLimit: 1_000,
    rateLimitScope: "per_args",
    rateLimitKey: (id) => id.length,
    fallback: (error, id, size) => `${error.errors.length}${id.trim()}${size.toFixed()}`,
    retryOn: (error, { attempt }) => error instanceof Error && attempt.toFixed() === "1",
    jitter: ({ delay, random }) => delay * random(),
  });
  assertEquals(await fn("a", 1), "a1");
  // @ts-expect-error -- a fallback has the type of the result
  opero(async (): Promise<string> => await "a", { fallback: 5 });
  // @ts-expect-error -- a key is a text
  opero(async (id: number): Promise<number> => await id, { cache: true, cacheKey: (id: number) => id });
});

Deno.test("handles have the types of the function", async () => {
  const fn = opero(async (id: string): Promise<number> => await Promise.resolve(id.length), { cache: true });
  const { value, meta } = await fn.withMeta("abc");
  isTrue<Same<typeof value, number>>();
  isTrue<Same<typeof meta.cache, "hit" | "miss" | "stale" | "coalesced" | "off" | "journal">>();
  const cached: number | undefined = await fn.cache.get("abc");
  // @ts-expect-error -- the handle takes the function's arguments
  const wrong = fn.cache.get(5);
  await wrong;
  const limited: (id: string) => Promise<number> = fn.with({ deadline: "1s" });
  assertEquals([value, cached, await limited("abc")], [3, 3, 3]);
});

Deno.test("withMeta() and with() pass this on that they are called with, and no other", async () => {
  const holder = {
    name: "holder",
    load: opero(function (this: { name: string } | undefined): Promise<string> {
      return Promise.resolve(this?.name ?? "none");
    }),
  };
  const { value } = await (holder.load.withMeta as () => Promise<{ value: string }>).call(holder);
  const limited = await holder.load.with({ timeout: "1s" }).call(holder);
  const bare = await holder.load.withMeta();
  assertEquals([value, limited, bare.value], ["holder", "holder", "none"]);
});

Deno.test("a wrapped function goes where the function itself goes", async () => {
  const fetchUser = async (id: string): Promise<string> => await Promise.resolve(id);
  const fn: Wrapped<typeof fetchUser> = opero(fetchUser);
  const plain: typeof fetchUser = fn;
  assertEquals(await plain("a"), "a");
  assertEquals(await Promise.all(["a", "b"].map((id) => fn(id))), ["a", "b"]);
});

Deno.test("options are read only, and refuse what is unknown", () => {
  const fn = opero((n: number) => n, { retries: 1 });
  assertThrows(() => {
    // @ts-expect-error -- resolved options do not change
    fn.options.retries = 2;
  }, TypeError);
  // @ts-expect-error -- there is no such option
  assertThrows(() => opero((n: number) => n, { retrys: 1 }), ConfigurationError);
  // @ts-expect-error -- a duration bears a unit
  const wrong: OperoOptions = { timeout: "5" };
  assertThrows(() => opero((n: number) => n, wrong as object), ConfigurationError);
});

Deno.test("options take an explicit undefined", () => {
  const options: OperoOptions = { retries: undefined, cache: undefined, signal: undefined, fallback: undefined };
  assertEquals(opero((n: number) => n, options as object).options.retries, 3);
});

Deno.test("@opero() decorates methods: instance, static and private ones, with this and the types kept", async () => {
  let calls = 0;
  class Api {
    readonly base = "base";
    @opero({ retries: 2, minDelay: 0, maxDelay: 0 })
    async user(id: string): Promise<string> {
      if (++calls < 3) throw new Error("busy");
      return await Promise.resolve(`${this.base}/${id}`);
    }
    @opero
    bare(n: number): Promise<number> {
      return Promise.resolve(n + this.base.length);
    }
    @opero({ retries: 0 })
    static kind(): Promise<string> {
      return Promise.resolve(this.name);
    }
    @opero({ retries: 0 })
    #hidden(): Promise<string> {
      return Promise.resolve(this.base);
    }
    open(): Promise<string> {
      return this.#hidden();
    }
  }
  const api = new Api();
  isTrue<Same<Parameters<Api["user"]>, [id: string]>>();
  assertEquals([await api.user("1"), calls], ["base/1", 3] as never);
  assertEquals([await api.bare(1), await Api.kind(), await api.open()], [5, "Api", "base"] as never);
  assertEquals(api.user.name, "user");
  // @ts-expect-error -- the method's parameter is a text
  const wrong = api.user(5);
  await wrong;
});

Deno.test("@opero() refuses what is no method, by name", () => {
  const error = assertThrows(() => {
    class Broken {
      // @ts-expect-error -- a field is no method
      @opero({ retries: 1 })
      field = 5;
    }
    return Broken;
  }, ConfigurationError);
  assertEquals(error.message, `Cannot decorate "field" as '@opero' must be used on a method: received "field"`);
});

Deno.test("opero() and opmap() take options that were written down with their type", async () => {
  const shared: OperoOptions = { retries: 1, cache: true, fallback: 0 };
  const fn = opero(async (n: number) => await Promise.resolve(n + 1), shared);
  const curried = opero(shared)((id: string) => id);
  const each: OpmapOptions = { ...shared, workers: 2 };
  const mapped = opmap((n: number) => n + 1, each);
  const [number, text]: [number, string] = [await fn(1), await curried("a")];
  assertEquals([number, text, await mapped([1])], [2, "a", [2]]);
});

Deno.test("createOpero() hands out an opero of the same types", async () => {
  const { opero: own } = createOpero({ retries: 0 });
  const fn = own(<T>(value: T): Promise<T> => Promise.resolve(value));
  const text: string = await fn("a");
  assertEquals([text, fn.options.retries], ["a", 0] as never);
});

Deno.test("argFallback names a parameter that may be a list, or hold one, else it does not compile", () => {
  const wrapAll = () => {
    const either = "key" as string | number;
    const spread = { argFallback: 0, retries: 1 };
    opero((key: string[]) => key[0], { argFallback: 0 });
    opero(async (id: string, key?: readonly string[]) => await Promise.resolve([id, key]), {
      argFallback: 1,
      retries: 2,
    });
    opero(async (options: { key: string[] }, model: string[]) => await Promise.resolve([options, model]), {
      argFallback: ["key", 1],
    });
    opero((key: unknown) => key, { argFallback: 0 });
    opero((...keys: string[]) => keys, { argFallback: 2 });
    opero(async (key: string[]) => await Promise.resolve(key), { argFallback: either });
    opero(async (key: string[], model: string[]) => await Promise.resolve([key, model]), {
      argFallback: [0, "model"],
      fallbackStrategy: "least_latency",
      fallbackValues: { 0: ["a", "b"], model: ["x"] },
    });
    opero(async (key: string[]) => await Promise.resolve(key), spread);
    // @ts-expect-error -- no list
    opero((key: string) => key, { argFallback: 0 });
    // @ts-expect-error -- no list
    opero(async (key: string, model: string[]) => await Promise.resolve([key, model]), { argFallback: 0 });
    // @ts-expect-error -- no list, and nothing that could hold one
    opero(async (key: string) => await Promise.resolve(key), { argFallback: "key" });
    // @ts-expect-error -- the second is no list
    opero(async (key: string[], model: string) => await Promise.resolve([key, model]), { argFallback: [0, 1] });
    // @ts-expect-error -- no list, and nothing that could hold one
    opero(async (key: string, model: string) => await Promise.resolve([key, model]), { argFallback: ["key", "model"] });
    // @ts-expect-error -- no such strategy
    opero((key: string[]) => key[0], { argFallback: 0, fallbackStrategy: "random" });
    // @ts-expect-error -- no such parameter
    opero(async (key: string[]) => await Promise.resolve(key), { argFallback: 3 });
  };
  assertEquals(typeof wrapAll, "function");
});

Deno.test("failOn has the type of the awaited value, and fetch keeps its own", () => {
  const load: typeof fetch = opero(fetch, { failOn: isFailedResponse, retryOn: isTransient });
  const count = opero(async (n: number) => await Promise.resolve(n), { failOn: (value) => value.toFixed() === "1" });
  const sync = opero((text: string) => text, { failOn: (value, { attempt }) => value.at(attempt) === "x" });
  // @ts-expect-error -- the value is a number
  opero(async (n: number) => await Promise.resolve(n), { failOn: (value) => value.at(0) === "x" });
  // @ts-expect-error -- an answer that is a promise is no answer
  opero(async (n: number) => await Promise.resolve(n), { failOn: async () => await Promise.resolve(true) });
  // @ts-expect-error -- an answer that is a promise is no answer
  opero((n: number) => n, { retryOn: async () => await Promise.resolve(true) });
  assertEquals([load, count, sync].map((each) => typeof each), ["function", "function", "function"]);
});

Deno.test("helper types see of a map what a call without options answers", async () => {
  const names = opmap((id: number): string => `name ${id}`, { progress: false });
  isTrue<Same<ReturnType<typeof names>, Promise<string[]>>>();
  isTrue<Same<Awaited<ReturnType<typeof names>>, string[]>>();
  isTrue<Same<Parameters<typeof names>[0], Items<number>>>();
  isTrue<Same<Awaited<ReturnType<typeof names.withMeta>>[number]["value"], string>>();
  isTrue<Same<ReturnType<typeof names.stream>, MapStream<string>>>();
  isTrue<Same<ReturnType<typeof names.run>, MappedRun<string>>>();
  const failing = () => names.run([1], { onError: "return", journal: false });
  isTrue<Same<Awaited<ReturnType<typeof failing>>, (string | Error)[]>>();
  // @ts-expect-error -- a key is made of an item
  opmap((id: number) => id, { journal: { path: "a", key: (id: string) => id } });
  // @ts-expect-error -- a journal has a path
  assertThrows(() => opmap((id: number) => id, { journal: { key: String } }), ConfigurationError);
  const mixed = opmap((id: number): string => `name ${id}`, { progress: false, onError: "return" });
  isTrue<Same<Awaited<ReturnType<typeof mixed>>, (string | Error)[]>>();
  const curried = opmap({ progress: false })((id: number): string => `name ${id}`);
  isTrue<Same<Awaited<ReturnType<typeof curried>>, string[]>>();
  const overridden: (string | Error)[] = await names([1], { onError: "return" });
  const skipped: string[] = await mixed([1], { onError: "skip" });
  const plain: string[] = await names([1], { workers: 1 });
  const kept: (string | Error)[] = await mixed([1], { workers: 1 });
  assertEquals([overridden, skipped, plain, kept].flat(), Array(4).fill("name 1"));
});

Deno.test("helper types see of every wrapper what its call answers", async () => {
  const load = async (id: string): Promise<number> => await Promise.resolve(id.length);
  const wrapped = opero(load);
  isTrue<Same<ReturnType<typeof wrapped>, Promise<number>>>();
  const limited = wrapped.with({ timeout: "1m" });
  isTrue<Same<typeof limited, typeof load>>();
  isTrue<Same<Awaited<ReturnType<typeof wrapped.withMeta>>["value"], number>>();
  const curried = opero({ retries: 1 })((n: number) => n * 2);
  isTrue<Same<ReturnType<typeof curried>, Promise<number>>>();
  assertEquals([await limited("abc"), await curried(2)], [3, 4]);
});

Deno.test("a wrapped function has the types of the function's own properties", async () => {
  const load = Object.assign(async (id: number): Promise<number> => await Promise.resolve(id), { unit: "kg" });
  const wrapped = opero(load);
  const unit: string = wrapped.unit;
  const limitedUnit: string = wrapped.with({ timeout: "1m" }).unit;
  assertEquals([unit, limitedUnit, await wrapped(1)], ["kg", "kg", 1] as never);
});

Deno.test("a wrapped sync function and one of many items have the types of the function's own properties", async () => {
  const weigh = Object.assign((id: number, _scale?: string): number => id, { unit: "kg" });
  const wrapped = opero(weigh, { retries: 1 });
  isTrue<Same<ReturnType<typeof wrapped>, Promise<number>>>();
  const curried = opero({ retries: 1 })(weigh);
  const units: string[] = [wrapped.unit, curried.unit, wrapped.with({ retries: 0 }).unit];
  const fail = Object.assign((): never => {
    throw new RangeError("no");
  }, { unit: "t" });
  units.push(opero(fail).unit, opero({ retries: 1 })(fail).unit);
  const weighAll = opmap(Object.assign((id: number): number => id, { unit: "g" }), { progress: false });
  isTrue<Same<ReturnType<typeof weighAll>, Promise<number[]>>>();
  units.push(weighAll.unit, opmap({ progress: false })(weigh).unit);
  // @ts-expect-error -- the function has no such property
  assertEquals([units, wrapped.mass], [["kg", "kg", "kg", "t", "t", "g", "kg"], undefined] as never);
  assertEquals([await wrapped(1), await weighAll([1, 2])], [1, [1, 2]] as never);
});

Deno.test("opmap() decorates methods of any type, static ones too, with options and without", async () => {
  class Scale {
    @opmap({ progress: false })
    async weigh(id: number): Promise<number> {
      return await Promise.resolve(id);
    }
    @opmap
    label(id: number): string {
      return `${id} kg`;
    }
    @opmap({ progress: false, retries: 0 })
    static async tare<Id>(id: Id): Promise<Id> {
      return await Promise.resolve(id);
    }
  }
  // deno-lint-ignore no-explicit-any -- a decorator may not change the type of a method
  const [scale, tare]: [any, any] = [new Scale(), Scale.tare];
  assertEquals([await scale.weigh([1, 2]), await scale.label([3]), await tare([4])], [[1, 2], ["3 kg"], [4]] as never);
});

Deno.test("rateLimit gives its costs the types of the function, and fn.limiter those of a handle", () => {
  const wrapped = opero((text: string, size: number) => text + size, {
    rateLimit: [{ limit: 60, per: "1m" }, { limit: 90_000, per: "1m", cost: (text, size) => text.length + size }],
    serverPacing: false,
  });
  const available: number | undefined = wrapped.limiter?.available;
  // @ts-expect-error -- it may be off
  wrapped.limiter.reset();
  const noNumber = (text: string) => text;
  // @ts-expect-error -- a cost is a number
  opero((text: string) => text, { rateLimit: { limit: 5, cost: noNumber } });
  // @ts-expect-error -- there is no such field
  assertThrows(() => opero((text: string) => text, { rateLimit: [{ limit: 5, weight: 1 }] }), ConfigurationError);
  const settle = () => currentCall().settle(5);
  assertEquals([available, opmap((n: number) => n).limiter, typeof settle], [1, undefined, "function"]);
});

Deno.test("fn.breaker has the types of a handle, which is there where the policy is on", () => {
  const wrapped = opero((n: number) => n, { circuitBreaker: { failureOn: [RangeError, (error) => error === 1] } });
  const state: "closed" | "open" | "half-open" | "isolated" | undefined = wrapped.breaker?.state;
  const ratio: number | undefined = wrapped.breaker?.metrics().failureRatio;
  // @ts-expect-error -- it may be off
  wrapped.breaker.reset();
  // @ts-expect-error -- it is a share, not a text
  assertThrows(() => opero((n: number) => n, { circuitBreaker: { failureRatio: "50%" } }), ConfigurationError);
  assertEquals([state, ratio, opmap((n: number) => n).breaker], ["closed", 0, undefined]);
});

Deno.test("fn.events and with() have the types of their names and options", () => {
  const wrapped = opero((n: number) => n);
  wrapped.events.on("retry", ({ retry, delay }) => retry.toFixed() + delay.toFixed());
  wrapped.events.on("circuitOpened", ({ calls, openFor }) => calls.toFixed() + openFor?.toFixed());
  // @ts-expect-error -- there is no such event
  assertThrows(() => wrapped.events.on("retries", () => {}), ConfigurationError);
  // @ts-expect-error -- the cache is refreshed or left alone
  assertThrows(() => wrapped.with({ cache: true }), ConfigurationError);
  // @ts-expect-error -- a name is for one function
  assertThrows(() => createOpero({ name: "shared" }), ConfigurationError);
  // @ts-expect-error -- what is hidden is no value
  const fallback: number | undefined = opero((n: number) => n, { fallback: 1 }).options.fallback;
  assertEquals(String(fallback), "[hidden]");
});
