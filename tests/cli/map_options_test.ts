import { assert, assertEquals, assertThrows } from "@std/assert";
import type { HostProcess } from "../../src/runtime/host_process.ts";
import { isTransient } from "../../src/retry/is_transient.ts";
import type { JournalConfig } from "../../src/journal/journal_options.ts";
import type { RateLimit } from "../../src/policy/rate_fields.ts";
import type { ItemFunction, LoadedFunction } from "../../src/cli/load_function.ts";
import { MAP_FLAGS } from "../../src/cli/map_flags.ts";
import { mapOptions } from "../../src/cli/map_options.ts";
import { parseFlags } from "../../src/cli/parse_flags.ts";
import { UsageError } from "../../src/cli/usage_error.ts";

const EXPORTS: Readonly<Record<string, ItemFunction>> = {
  cost: (item: { size: number }) => ({ tokens: item.size, words: "many" }),
  idOf: (item: { id: number }) => item.id,
};

const LOADED: LoadedFunction = {
  url: "file:///enrich.ts",
  fn: (item) => item,
  name: "enrich",
  find: (name) => EXPORTS[name]!,
  cost: undefined,
};

const HOST: Pick<HostProcess, "variable"> = { variable: (name) => name === "REDIS_URL" ? "redis://cache" : undefined };

function optionsOf(args: string) {
  const { flags } = parseFlags("opero map", args.split(" ").filter((each) => each !== ""), MAP_FLAGS);
  // Of the process only the environment is of interest here.
  return mapOptions(flags, LOADED, HOST as HostProcess);
}

Deno.test("mapOptions() hands on what was given, and leaves defaults to the library", () => {
  const { mode, name, onError, progress, retries, retryOn, rateLimit, module, cache, journal } = optionsOf("");
  assertEquals([mode, name, onError, progress], ["thread", "enrich", "return", false]);
  assertEquals([retries, retryOn, rateLimit, module, cache, journal], Array(6).fill(undefined));
  const given = optionsOf("--retries 0 --timeout 2s --deadline 1m --max-retry-after 5s --workers 9 --version 3");
  assertEquals([given.retries, given.timeout, given.deadline, given.maxRetryAfter], [0, "2s", "1m", "5s"]);
  assertEquals([given.workers, given.version], [9, "3"]);
});

Deno.test("mapOptions() retries what is transient, or all, and lets workers import the module", () => {
  assertEquals([optionsOf("--retry-on transient").retryOn, optionsOf("--retry-on all").retryOn], [isTransient, Error]);
  const modules = ["thread", "async", "process", "async_process"].map((mode) => optionsOf(`--mode ${mode}`).module);
  assertEquals(modules, [undefined, undefined, LOADED.url, LOADED.url]);
});

Deno.test("mapOptions() takes --threads for a pool of so many workers", () => {
  const given = ["--threads 3", "--threads 3 --mode async_process"].map(optionsOf);
  assertEquals(given.map(({ mode, workers, module }) => [mode, workers, module]), [
    ["process", 3, LOADED.url],
    ["async_process", 3, LOADED.url],
  ]);
  assertThrows(
    () => optionsOf("--threads 3 --mode async"),
    UsageError,
    '--threads needs --mode process or async_process: received "async"',
  );
  assertThrows(
    () => optionsOf("--threads 3 --workers 2"),
    UsageError,
    "--workers and --threads cannot be given together",
  );
});

Deno.test("mapOptions() limits starts, and costs by the name that the module gives them", () => {
  const [starts, tokens, words] = optionsOf("--rate 5 --rate tokens=9/1m --rate words=3").rateLimit as RateLimit[];
  assertEquals(starts, { limit: 5, per: "1s" });
  assertEquals([tokens!.limit, tokens!.per, tokens!.cost!({ size: 7 })], [9, "1m", 7]);
  const message = '--rate words=…: the function "cost" must return { words: a number of 0 or more }';
  assertThrows(() => words!.cost!({ size: 7 }), UsageError, message);
  assertThrows(() => tokens!.cost!({ size: -1 }), UsageError, "--rate tokens=…");
});

Deno.test("mapOptions() names REDIS_URL where that is wrong, and does not repeat the password in it", () => {
  const { flags } = parseFlags("opero map", ["--cache", "redis"], MAP_FLAGS);
  for (const url of ["http://me:pa55@cache", "me:pa55", ""]) {
    const host: Pick<HostProcess, "variable"> = { variable: () => url };
    const error = assertThrows(() => mapOptions(flags, LOADED, host as HostProcess), UsageError);
    assertEquals(error.message, "REDIS_URL must be the address of a Redis server, such as redis://cache:6379");
    assert(!Deno.inspect(error).includes("pa55"), url);
  }
});

Deno.test("mapOptions() opens a cache, that of Redis where the environment says", () => {
  const sqlite = optionsOf("--cache sqlite --cache-ttl 1d --version 2");
  assertEquals([sqlite.cache, sqlite.cacheBackend, sqlite.cacheTtl, sqlite.cacheVersion], [true, "sqlite", "1d", "2"]);
  assertEquals([sqlite.cacheBackendConfig, optionsOf("--cache redis").cacheBackendConfig], [undefined, {
    url: "redis://cache",
  }]);
});

Deno.test("mapOptions() makes the key of an item of a field, however deep, or by a function", () => {
  const keyOf = (args: string) => (optionsOf(`--journal j ${args}`).journal as JournalConfig).key;
  assertEquals(keyOf(""), undefined);
  assertEquals([keyOf("--key a.b")!({ a: { b: 7 } }), keyOf("--key-expr idOf")!({ id: 8 })], ["7", "8"]);
  assertThrows(() => keyOf("--key a.b")!({ a: {} }), UsageError, "--key a.b: an item has no text or number there");
});

Deno.test("mapOptions() refuses flags that do nothing without others, or contradict them", () => {
  for (
    const [args, message] of [
      ["--cache-ttl 1d", "--cache-ttl needs --cache"],
      ["--resume new", "--resume needs --journal"],
      ["--key id", "--key needs --journal"],
      ["--key-expr idOf", "--key-expr needs --journal"],
      ["--report-values", "--report-values needs --report"],
      ["--journal j --key a --key-expr b", "--key and --key-expr cannot be given together"],
      ["--bar --no-bar", "--bar and --no-bar cannot be given together"],
      ["--bar --quiet", "--bar and --quiet cannot be given together"],
    ] as const
  ) assertThrows(() => optionsOf(args), UsageError, message);
});
