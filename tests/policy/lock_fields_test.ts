import { assertEquals, assertThrows } from "@std/assert";
import {
  ConfigurationError,
  type Duration,
  memoryCache,
  opero,
  type OperoOptions,
  sqliteCache,
  tiered,
} from "@opero/core";

function load(id: string): string {
  return id;
}

const open = () => sqliteCache({ path: ":memory:" });

Deno.test("cacheLock shows in .options, with the times in force in seconds", () => {
  const shown = (cacheLock: OperoOptions["cacheLock"]) =>
    opero(load, { cache: true, cacheBackend: open(), cacheLock }).options.cacheLock;
  assertEquals(shown(true), { lease: 10, maxWait: 20 });
  assertEquals(shown({ lease: "500ms" }), { lease: 0.5, maxWait: 1 });
  assertEquals(shown({ maxWait: 0 }), { lease: 10, maxWait: 0 });
  assertEquals([shown(false), shown(undefined)], [false, undefined]);
});

Deno.test("cacheLock refuses what it does not know, and a lease that is too short or without an end", () => {
  const wrong = (cacheLock: unknown) => {
    const options = { cache: true, cacheBackend: open(), cacheLock } as OperoOptions;
    return assertThrows(() => opero(load, options), ConfigurationError).message;
  };
  const lease = `Cannot wrap "load" as 'cacheLock.lease' must be a duration of at least "100ms": received`;
  for (const given of ["99ms", 0, Infinity, "soon"] as Duration[]) {
    assertEquals(
      wrong({ lease: given }),
      `${lease} ${JSON.stringify(given) === "null" ? given : JSON.stringify(given)}`,
    );
  }
  assertEquals(
    wrong({ ttl: 5 }),
    `Cannot wrap "load" as 'cacheLock.ttl' must be a known option: received a number`,
  );
});

Deno.test("cacheLock refuses a backend that has no locks, and names those that have", () => {
  const message = (options: OperoOptions) =>
    assertThrows(() => opero(load, { cache: true, cacheLock: true, ...options }), ConfigurationError).message;
  const expected =
    `Cannot wrap "load" as 'cacheLock' must be left out where the cache backend has no locks, as "redis", ` +
    `"sqlite" and tiered() of one of them have: received true`;
  for (const cacheBackend of [undefined, "memory", "disk", memoryCache(), tiered(memoryCache(), memoryCache())]) {
    assertEquals(message({ cacheBackend }), expected);
  }
  for (const cacheBackend of ["sqlite", open(), tiered(memoryCache(), open()), tiered(open(), memoryCache())]) {
    opero(load, { cache: true, cacheLock: true, cacheBackend });
  }
  opero(load, { cache: true, cacheLock: false });
});
