import { assertEquals, assertThrows } from "@std/assert";
import {
  ConfigurationError,
  createOpero,
  memoryCache,
  opero,
  type OperoOptions,
  opmap,
  type OpmapOptions,
} from "@opero/core";

function load(id: string, keys: string[] = ["a"]): string {
  return id + keys[0];
}

const NO_CACHE = "given together with 'cache: true', without which it does nothing";
const NO_LIMIT = "given together with 'rateLimit', without which it does nothing";
const NO_HEALTH = "given together with 'fallbackStrategy' or 'cooldown', without which no value cools down";
const NO_PARAMETER = "given together with 'argFallback', without which it does nothing";

/** Options that do nothing: what is wrong with which of them, and the like with what it takes. */
const USELESS: [OperoOptions, string, OperoOptions][] = [
  [{ cacheTtl: "5m" }, `'cacheTtl' must be ${NO_CACHE}: received "5m"`, { cache: true }],
  [{ cacheBackend: "sqlite" }, `'cacheBackend' must be ${NO_CACHE}: received "sqlite"`, { cache: true }],
  [{ cacheBackendConfig: {} }, `'cacheBackendConfig' must be ${NO_CACHE}: received an object`, { cache: true }],
  [{ cacheKey: () => "a" }, `'cacheKey' must be ${NO_CACHE}: received a function`, { cache: true }],
  [{ cacheNamespace: "a" }, `'cacheNamespace' must be ${NO_CACHE}: received "a"`, { cache: true }],
  [{ cacheId: "a" }, `'cacheId' must be ${NO_CACHE}: received "a"`, { cache: true }],
  [{ cacheIf: () => true }, `'cacheIf' must be ${NO_CACHE}: received a function`, { cache: true }],
  [{ cacheErrors: "10s" }, `'cacheErrors' must be ${NO_CACHE}: received "10s"`, { cache: true }],
  [{ cacheLock: true }, `'cacheLock' must be ${NO_CACHE}: received true`, { cache: true, cacheBackend: "sqlite" }],
  [{ cacheTags: () => ["a"] }, `'cacheTags' must be ${NO_CACHE}: received a function`, { cache: true }],
  [
    { cache: true, cacheRefreshAhead: 1 },
    `'cacheRefreshAhead' must be given together with 'cacheTtl', without which no result gets old: received 1`,
    { cacheTtl: "1m" },
  ],
  [{ cacheVersion: 2 }, `'cacheVersion' must be ${NO_CACHE}: received 2`, { cache: true }],
  [
    { cache: true, cacheStale: "1h" },
    `'cacheStale' must be given together with 'cacheTtl', without which no result gets old: received "1h"`,
    { cacheTtl: "1m" },
  ],
  [
    { cache: true, cacheStaleIfError: "1h" },
    `'cacheStaleIfError' must be given together with 'cacheTtl', without which no result gets old: received "1h"`,
    { cacheTtl: "1m" },
  ],
  [
    { cache: true, cacheTimeout: "1s" },
    `'cacheTimeout' must be given together with 'cacheBackend', as memory is not waited for: received "1s"`,
    { cacheBackend: "memory" },
  ],
  [
    { cache: true, cacheBackend: memoryCache(), cacheBackendConfig: { maxEntries: 5 } },
    "'cacheBackendConfig' must be left out where 'cacheBackend' is an object, which has its own configuration: " +
    "received an object",
    { cacheBackend: "memory" },
  ],
  [{ rateLimitMaxWait: "1s" }, `'rateLimitMaxWait' must be ${NO_LIMIT}: received "1s"`, { rateLimit: 5 }],
  [{ rateLimitScope: "global" }, `'rateLimitScope' must be ${NO_LIMIT}: received "global"`, { rateLimit: 5 }],
  [
    { rateLimit: 5, rateLimitKey: () => "a" },
    `'rateLimitKey' must be given together with 'rateLimitScope: "per_args"', as all calls share one bucket ` +
    "otherwise: received a function",
    { rateLimitScope: "per_args" },
  ],
  [{ fallbackDelay: "1s" }, `'fallbackDelay' must be ${NO_PARAMETER}: received "1s"`, { argFallback: "keys" }],
  [
    { fallbackStrategy: "sticky" },
    `'fallbackStrategy' must be ${NO_PARAMETER}: received "sticky"`,
    { argFallback: "keys" },
  ],
  [{ cooldown: "1m" }, `'cooldown' must be ${NO_PARAMETER}: received "1m"`, { argFallback: "keys" }],
  [
    { argFallback: "keys", allowedFails: 5 },
    `'allowedFails' must be ${NO_HEALTH}: received 5`,
    { fallbackStrategy: "ordered" },
  ],
  [
    { argFallback: "keys", fallbackWindow: "5m" },
    `'fallbackWindow' must be ${NO_HEALTH}: received "5m"`,
    { cooldown: "1m" },
  ],
  [{ fallbackValues: ["a"] }, `'fallbackValues' must be ${NO_PARAMETER}: received an array`, { argFallback: "keys" }],
];

const USELESS_IN_MAPS: [OpmapOptions, string, OpmapOptions][] = [
  [
    { mode: "process", context: "async" },
    "'context' must be left out in a 'mode' of workers, where 'currentCall()' answers before the first await alone: " +
    `received "async"`,
    { mode: "thread" },
  ],
];

for (const [options, rest, remedy] of USELESS) {
  Deno.test(`opero() refuses ${rest.split(" ", 1)} where it would do nothing`, () => {
    for (const wrap of [opero, opmap] as ((fn: typeof load, options: object) => unknown)[]) {
      const error = assertThrows(() => wrap(load, options), ConfigurationError);
      assertEquals(error.message, `Cannot wrap "load" as ${rest}`);
      wrap(load, { ...options, ...remedy });
    }
  });
}

for (const [options, rest, remedy] of USELESS_IN_MAPS) {
  Deno.test(`opmap() refuses ${rest.split(" ", 1)} where it would do nothing`, () => {
    const error = assertThrows(() => opmap(async (n: number) => await n, options), ConfigurationError);
    assertEquals(error.message, `Cannot wrap an anonymous function as ${rest}`);
    if (!("permissions" in options)) opmap(async (n: number) => await n, { ...options, ...remedy });
  });
}

Deno.test("createOpero() takes options that some functions have no use for, and their effect counts", () => {
  const { opero, opmap } = createOpero({
    cacheTtl: "5m",
    cacheNamespace: "shop",
    rateLimitMaxWait: "1s",
    fallbackValues: ["a"],
  });
  assertEquals(opero(load).options.cacheTtl, 300);
  opmap(load);
  createOpero({ cache: true }).opero(load, { cacheTtl: "1m" });
  createOpero({ rateLimit: 5 }).opero(load, { rateLimitMaxWait: "1s" });
  createOpero({ argFallback: "keys" }).opero(load, { fallbackDelay: "1s" });
});

Deno.test("opero() takes options of a cache that is switched off on purpose, and what asks for nothing", () => {
  opero(load, { cache: false, cacheTtl: "5m", cacheStale: "1h", cacheBackend: "sqlite", cacheTimeout: "1s" });
  opero(load, { cacheTtl: undefined, fallbackDelay: 0, rateLimitMaxWait: 0, cacheStale: 0 });
});

Deno.test("opmap() takes the options of pools in every mode, so that the mode alone is changed to look into a fault", () => {
  const options = { chunkSize: 5, workerConcurrency: 4, memoryLimit: 64, maxCrashesPerItem: 5, errorClasses: [Error] };
  for (const mode of ["thread", "async", "process", "async_process"] as const) {
    assertEquals(opmap(async (n: number) => await Promise.resolve(n), { mode, ...options }).options.chunkSize, 5);
  }
});
