import { promisify } from "node:util";
import { ConfigurationError, createOpero, ensureAsync, memoryCache, type OperoOptions, opmap } from "../../mod.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";

function load(id: number): string {
  return `load ${id}`;
}
class Shop {
  stock(id: number): string {
    return `stock ${id}`;
  }
}
const traced = <F extends (...args: never[]) => unknown>(fn: F) => (...args: Parameters<F>) => fn(...args);
const bare = createOpero().opero;

/** Functions whose text says nothing of what they do. */
const SAYING_NOTHING: Readonly<Record<string, (...args: never[]) => unknown>> = {
  "a bound function": load.bind(null),
  "a bound method": new Shop().stock.bind(new Shop()),
  "a native function": Math.max,
  "a proxy": new Proxy(load, {}),
  "a wrapped function": bare(load),
  "a wrapped function with options of a call": bare(load).with({ timeout: 1 }),
  "a map": opmap(load) as never,
  "ensureAsync()": ensureAsync(load),
  "util.promisify()": promisify((id: number, done: (error: unknown, value: number) => void) => done(null, id)),
  "a helper's closure": traced(load),
  "a closure over arguments": function (this: unknown) {
    return load.apply(this, arguments as never);
  },
};

for (const [name, fn] of Object.entries(SAYING_NOTHING)) {
  Deno.test(`opero() asks for a cacheId where ${name} is to be cached beyond the process`, async () => {
    const { opero } = createOpero({ cache: true });
    const cacheBackend = memoryCache();
    const error = assertThrows(() => opero(fn, { cacheBackend }), ConfigurationError);
    assertEquals(
      error.message,
      `Cannot wrap ${
        fn.name === "" ? "an anonymous function" : JSON.stringify(fn.name)
      } as 'cacheId' must be given where results outlive the process and the ` +
        "function's own text does not tell what it does, as with a bound, native, proxied or wrapped one: received undefined",
    );
    opero(fn, { cacheBackend, cacheId: "given" });
    opero(fn);
    await Promise.resolve();
  });
}

function keysOf(options: OperoOptions, fn: (id: number) => string = load): Promise<string[]> {
  const keys: string[] = [];
  const memory = memoryCache();
  const cacheBackend = {
    get: memory.get.bind(memory),
    set: (key: string) => void keys.push(key),
    delete: memory.delete.bind(memory),
    clear: memory.clear.bind(memory),
  };
  const wrapped = createOpero().opero(fn, { cache: true, cacheBackend, ...options });
  return wrapped(1).then(() => keys);
}

Deno.test("opero() keeps results beyond the process under keys that tell text, version, cacheId, cacheKey and namespace", async () => {
  const variants: [OperoOptions, ((id: number) => string)?][] = [
    [{}],
    [{}, function load(id: number) {
      return `load ${id} anew`;
    }],
    [{ cacheVersion: 1 }],
    [{ cacheVersion: 2 }],
    [{ cacheId: "load" }],
    [{ cacheId: "load", cacheVersion: 1 }],
    [{ cacheNamespace: "other" }],
    [{ cacheKey: (id: number) => `${id}` }],
    [{ cacheKey: (id: number) => `${id}`.trim() }],
  ];
  const keys = (await Promise.all(variants.map(([options, fn]) => keysOf(options, fn)))).flat();
  assertEquals(new Set(keys).size, variants.length);
  assertEquals(await keysOf({}), [keys[0]!]);
  assertEquals(await keysOf({ cacheVersion: "1" }), [keys[2]!]);
  assert(keys[2]!.startsWith(keys[0]!.slice(0, 34)), "a clear of the function takes all versions");
});

class Api {
  readonly region: string;
  readonly secret = "";
  constructor(region: string) {
    this.region = region;
  }
}

function methodOn(cacheBackend: "memory" | ReturnType<typeof memoryCache>) {
  let runs = 0;
  const method = createOpero().opero(function (this: unknown, id: number) {
    runs++;
    return `${(this as Api | undefined)?.region}/${id}`;
  }, { cache: true, cacheBackend });
  return { method, runs: () => runs };
}

for (const isInMemory of [true, false]) {
  const where = isInMemory ? "in memory" : "beyond the process";
  const backend = () => isInMemory ? "memory" as const : memoryCache();

  Deno.test(`opero() takes an object literal, a module and the global object for no instance ${where}`, async () => {
    const { warn } = console;
    console.warn = () => {};
    const { method, runs } = methodOn(backend());
    await method(1);
    await ({ method }).method(1);
    await Object.assign(Object.create(null), { method }).method(1);
    await method.call(await import("../support/runs.ts"), 1);
    await method.call(globalThis, 1);
    await method.call(() => {}, 1);
    console.warn = warn;
    assertEquals([runs(), await method.cache.has(1), await method.cache.delete(1), await method.cache.has(1)], [
      1,
      true,
      true,
      false,
    ]);
  });

  Deno.test(`opero() tells instances of a class apart ${where}`, async () => {
    const { method, runs } = methodOn(backend());
    const [eu, us] = [new Api("eu"), new Api("us")];
    assertEquals([await method.call(eu, 1), await method.call(us, 1), await method.call(eu, 1)], [
      "eu/1",
      "us/1",
      "eu/1",
    ]);
    assertEquals([runs(), await method.cache.of(eu).has(1), await method.cache.has(1)], [2, true, false]);
  });

  Deno.test(`the cache of a method is asked for the instance that its handle is called on ${where}`, async () => {
    const { method, runs } = methodOn(backend());
    const [eu, us] = [new Api("eu"), new Api("us")];
    const { get, has, set, delete: remove } = method.cache;
    await method.call(eu, 1);
    assertEquals([await has.call(eu, 1), await has.call(us, 1), await has(1), await get.call(eu, 1)], [
      true,
      false,
      false,
      "eu/1",
    ]);
    await set.call(us, "set", 1);
    assertEquals([await method.call(us, 1), await method.cache.of(us).get(1)], ["set", "set"]);
    assertEquals([await method.cache.of(eu).has.call(us, 1), await remove.call(eu, 1)], [true, true]);
    assertEquals([await has.call(eu, 1), await has.call(us, 1), runs()], [false, true, 1]);
  });

  Deno.test(`opero() keeps one result of an arrow function for all whom it is called on ${where}`, async () => {
    let runs = 0;
    const cacheBackend = backend();
    const { opero } = createOpero();
    class Service {
      readonly id: number;
      readonly load = load1;
      constructor(id: number) {
        this.id = id;
      }
    }
    const load1 = opero(async (id: number) => {
      await Promise.resolve();
      return ++runs + id;
    }, { cache: true, cacheBackend });
    assertEquals([await new Service(1).load(1), await new Service(2).load(1), await load1.cache.has(1)], [2, 2, true]);
  });
}

Deno.test("opero() refuses a method on an instance with hidden state beyond the process, and points to cacheKey", async () => {
  class Hidden {
    readonly #region = "eu";
    get region(): string {
      return this.#region;
    }
  }
  const { method } = methodOn(memoryCache());
  const error = await method.call(new Hidden(), 1).then(() => undefined, (error: Error) => error);
  assertEquals(
    error?.message,
    "Cannot build a key of the arguments as 'cacheKey' (or 'rateLimitKey') must be given for an argument that holds what " +
      "cannot be compared by value: received a Hidden",
  );
});

Deno.test("opero() finds the instance beyond the process by its fields, without the functions it wraps", async () => {
  let runs = 0;
  const { opero } = createOpero();
  const cacheBackend = memoryCache();
  class Service {
    readonly region: string;
    readonly load = opero(function (this: Service, id: number) {
      return `${this.region}/${id}/${++runs}`;
    }, { cache: true, cacheBackend, cacheId: "load" });
    constructor(region: string) {
      this.region = region;
    }
  }
  const calls = [new Service("eu"), new Service("us"), new Service("eu")].map((service) => service.load(1));
  assertEquals((await Promise.all(calls)).map((answer) => answer.slice(0, 5)), ["eu/1/", "us/1/", "eu/1/"]);
  assertEquals([(await new Service("eu").load(1)).slice(0, 5), runs], ["eu/1/", 3]);
});

Deno.test("opero() warns once where a function uses the fields of an object literal that is no part of its key", async () => {
  const { warn } = console;
  const lines: string[] = [];
  console.warn = (line: string) => void lines.push(line);
  const { method } = methodOn("memory");
  await ({ region: "eu", method }).method(1);
  await ({ region: "us", method }).method(1);
  await ({ method }).method(1);
  console.warn = warn;
  assertEquals(lines, [
    `opero: "anonymous" uses 'this', but an object literal it is called on is no part of its cache key: ` +
    "make the key of what counts by 'cacheKey', or use a class",
  ]);
});

Deno.test("opero() tells classes of one name apart, whose static method is kept beyond the process", async () => {
  const cacheBackend = memoryCache();
  const one = class Rate {
    static readonly value = 1;
  };
  const two = class Rate {
    static readonly value = 2;
  };
  const rate = createOpero().opero(function (this: { value: number }) {
    return this.value;
  }, { cache: true, cacheBackend });
  assertEquals([await rate.call(one), await rate.call(two), await rate.call(one)], [1, 2, 1]);
});
