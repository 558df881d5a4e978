import { assert, assertEquals, assertThrows } from "@std/assert";
import { ConfigurationError, createOpero, memoryCache, opero, opmap } from "@opero/core";
import { OPERO_TABLE } from "../../src/engine/opero_table.ts";
import { OPMAP_TABLE } from "../../src/map/opmap_table.ts";

const load = (id: string, _keys: string[] = ["a"]) => id;

/** The defaults, as the documentation has them. */
const DEFAULTS = {
  retries: 3,
  stats: false,
  backoffFactor: 1.5,
  minDelay: 0.1,
  maxDelay: 30,
  jitter: "full",
  reraise: false,
  respectRetryAfter: true,
  maxRetryAfter: 60,
  cache: false,
  cacheBackend: "memory",
  cacheNamespace: "opero",
  cacheTimeout: 0.25,
  connectTimeout: 5,
  rateLimitScope: "per_function",
  serverPacing: true,
  fallbackDelay: 0,
  context: "sync",
};

const MAP_DEFAULTS = {
  ...DEFAULTS,
  mode: "thread",
  workers: 4,
  ordered: true,
  progress: true,
  onError: "throw",
  workerConcurrency: 16,
  memoryLimit: 2_048,
  maxCrashesPerItem: 2,
};

/** All that is said of `value` by whatever shows values. */
function shown(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

Deno.test(".options shows the defaults that are in force, and nothing else", () => {
  assertEquals(opero(load).options as object, DEFAULTS);
  assertEquals(opmap(load).options as object, MAP_DEFAULTS);
});

Deno.test(".options shows every duration in seconds", () => {
  const durations = Object.keys(OPERO_TABLE.rules).filter((name) => OPERO_TABLE.rules[name]!.isDuration);
  assert(durations.length >= 12);
  const others = { cache: true, cacheBackend: memoryCache(), rateLimit: 5, argFallback: 1, maxDelay: "1h" };
  const given = { ...others, ...Object.fromEntries(durations.map((name) => [name, "1500ms"])), cacheTtl: "2m" };
  for (const options of [opero(load, given as object).options, opmap(load, given as object).options]) {
    const all = options as unknown as Record<string, unknown>;
    for (const name of durations) assertEquals(all[name], name === "cacheTtl" ? 120 : 1.5, name);
  }
  assertEquals(opero(load, { rateLimit: { limit: 5, per: "2m", burst: 3 } }).options.rateLimit, {
    limit: 5,
    per: 120,
    burst: 3,
  });
});

Deno.test(".options is frozen throughout, and a copy", () => {
  const rateLimit = { limit: 5, per: 1 };
  const retryOn = [TypeError];
  const { options } = opero(load, { rateLimit, retryOn });
  assert(Object.isFrozen(options) && Object.isFrozen(options.rateLimit) && Object.isFrozen(options.retryOn));
  rateLimit.limit = 7;
  retryOn.push(RangeError as never);
  assertEquals([options.rateLimit, options.retryOn], [{ limit: 5, per: 1 }, [TypeError]]);
});

Deno.test(".options hides what may be a secret, and says that it is there", () => {
  const { signal } = new AbortController();
  const fallback = () => "plan B";
  const { options } = opero(load, {
    argFallback: "_keys",
    fallbackValues: ["key-1", "key-2"],
    fallback: "plan B",
    signal,
    cache: true,
    cacheBackend: memoryCache(),
  });
  assertEquals([shown(options.fallbackValues), shown(options.fallback), shown(options.signal)], [
    ["[hidden]", "[hidden]"],
    "[hidden]",
    "[hidden]",
  ]);
  assertEquals([`${options.cacheBackend}`, opero(load, { fallback }).options.fallback], ["[MemoryCache]", fallback]);
  const named = opero((_a: string[], _b: string[]) => 1, {
    argFallback: ["_a", "_b"],
    fallbackValues: { _a: ["x"], _b: ["y", "z"] },
  });
  assertEquals(shown(named.options.fallbackValues), { _a: ["[hidden]"], _b: ["[hidden]", "[hidden]"] });
});

Deno.test(".options shows what a backend was opened with, without what may be private", async () => {
  await import("@opero/core/redis");
  const { opero, close } = createOpero({ cache: true });
  const shownConfig = (cacheBackend: string, cacheBackendConfig: object) =>
    shown(
      opero(function load(id: string) {
        return id;
      }, { cacheBackend, cacheBackendConfig: cacheBackendConfig as never }).options.cacheBackendConfig,
    );
  const urls: [string, string][] = [
    ["redis://ada:secret@127.0.0.1:1/2", "redis://[hidden]@127.0.0.1:1/2"],
    ["redis://:secret@127.0.0.1:1", "redis://[hidden]@127.0.0.1:1"],
    ["redis://127.0.0.1:1/2", "redis://127.0.0.1:1/2"],
    ["rediss://127.0.0.1:1/2?token=secret", "rediss://127.0.0.1:1/2?[hidden]"],
  ];
  for (const [url, text] of urls) assertEquals(shownConfig("redis", { url }), { url: text });
  assertEquals(
    shownConfig("redis", { host: "127.0.0.1", port: 1, username: "ada", password: "secret", keyPrefix: "shop:" }),
    { host: "127.0.0.1", port: 1, username: "[hidden]", password: "[hidden]", keyPrefix: "shop:" },
  );
  assertEquals(shownConfig("memory", { maxEntries: 5 }), { maxEntries: 5 });
  await close();
});

Deno.test("options can be taken from .options, but what is hidden has to be given itself", async () => {
  const first = opero(load, { retries: 1, cacheTtl: "1h", cache: true, rateLimit: { limit: 5, per: "1s" } });
  const second = opero((id: string) => `${id}!`, { ...first.options, retries: 2 } as object);
  assertEquals([await second("a"), second.options.retries, second.options.cacheTtl], ["a!", 2, 3_600] as never);
  opmap(load, opmap(load).options as object);
  const hiding = opero(load, { fallback: "plan B" }).options;
  const error = assertThrows(() => opero(load, hiding as object), ConfigurationError);
  assertEquals(
    error.message,
    `Cannot wrap "load" as 'fallback' must be given itself, as '.options' only shows that there is one: received a Hidden`,
  );
});

Deno.test("what is hidden is refused wherever it stands", () => {
  const { options } = opero(load, { argFallback: 1, fallbackValues: ["a"] });
  const error = assertThrows(() => opero(load, options as object), ConfigurationError);
  assertEquals(
    error.message,
    `Cannot wrap "load" as 'fallbackValues' must be given itself, as '.options' only shows that there is one: ` +
      "received an array",
  );
});

Deno.test("every option of a map is shown as it is in force", () => {
  for (const name of Object.keys(MAP_DEFAULTS)) assert(name in OPMAP_TABLE.rules, name);
});
