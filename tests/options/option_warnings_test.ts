import { assertEquals } from "@std/assert";
import { configureLogging, createOpero, memoryCache, type OperoOptions, runAsync } from "@opero/core";
import { redisCache } from "@opero/core/redis";
import { cachePolicy } from "../../src/layers/cache.ts";
import { warnOfBareSeconds } from "../../src/options/option_warnings.ts";
import { OPERO_TABLE } from "../../src/engine/opero_table.ts";
import { warningsOf } from "../support/warnings_of.ts";

const load = (_id: string, _keys: string[] = ["a"]) => 1;

const inEffect: OperoOptions = {
  cache: true,
  cacheTtl: "5m",
  cacheBackend: memoryCache(),
  rateLimit: 5,
  argFallback: "_keys",
  fallbackStrategy: "ordered",
  maxDelay: "1d",
};

function line(option: string, value: number, length: string, task: string, meant: string): string {
  return `opero: '${option}: ${value}' is ${value} seconds (${length}): to ${task}, ` +
    `write "${meant}" for milliseconds, or "${value}s" for what it is now`;
}

const DURATIONS = [
  ...[
    "minDelay",
    "maxDelay",
    "maxRetryAfter",
    "cacheTtl",
    "cacheErrors",
    "cacheStale",
    "cacheStaleIfError",
    "cacheTimeout",
    "connectTimeout",
  ],
  ...["rateLimitMaxWait", "fallbackDelay", "fallbackWindow", "cooldown", "timeout", "deadline"],
];

for (const option of DURATIONS) {
  Deno.test(`opero() warns of a '${option}' that looks like milliseconds, once a function`, async () => {
    const { opero } = createOpero();
    const wrap = (value: unknown) => opero(load, { ...inEffect, [option]: value } as object);
    const lines = await warningsOf(() => [1_000, 1_000, 5_000].forEach(wrap));
    assertEquals(lines, [line(option, 1_000, "16.67 min", 'wrap "load"', "1s")]);
    assertEquals(await warningsOf(() => [999, "5000s", "2h"].forEach(wrap)), []);
  });
}

Deno.test("all durations are known for what they are", () => {
  const names = Object.keys(OPERO_TABLE.rules).filter((name) => OPERO_TABLE.rules[name]!.isDuration);
  assertEquals(names.toSorted(), DURATIONS.toSorted());
  assertEquals(cachePolicy.rules.cacheTtl!.isDuration, true);
});

Deno.test("durations of every place are looked at: of an instance, a rate, a map, one call, a backend", async () => {
  const { opero, opmap } = createOpero();
  const fn = opero(load);
  const lines = await warningsOf(() => {
    createOpero({ timeout: 2_500 });
    opero(load, { rateLimit: { limit: 5, per: 60_000 } });
    opmap(load, { timeout: 5_000 });
    fn.with({ deadline: 30_000 });
    void redisCache({ url: "redis://127.0.0.1:1", connectTimeout: 4_000 }).close?.();
    runAsync.with({ timeout: 10_000 });
    runAsync.with({ timeout: 10_000 });
  });
  assertEquals(lines, [
    line("timeout", 2_500, "41.67 min", "create an instance", "2500ms"),
    line("rateLimit.per", 60_000, "1000 min", 'wrap "load"', "60s"),
    line("timeout", 5_000, "83.33 min", 'wrap "load"', "5s"),
    line("deadline", 30_000, "500 min", 'call "load"', "30s"),
    line("connectTimeout", 4_000, "66.67 min", "open the redis cache", "4s"),
    line("timeout", 10_000, "166.67 min", "run a function to its end", "10s"),
  ]);
});

Deno.test("defaults of an instance are warned of once, not for each of its functions", async () => {
  const lines = await warningsOf(() => {
    const { opero } = createOpero({ maxDelay: 3_600 });
    opero(load);
    opero(() => 2);
  });
  assertEquals(lines, [line("maxDelay", 3_600, "60 min", "create an instance", "3600ms")]);
});

Deno.test("what belongs to no instance is warned of in none", async () => {
  const seen: string[] = [];
  const note = (message: string) => void seen.push(message);
  const { opero } = createOpero({ logger: { debug: note, info: note, warning: note, error: note } });
  opero(load);
  const lines = await warningsOf(() => void redisCache({ url: "redis://127.0.0.1:1", replyTimeout: 4_000 }).close?.());
  assertEquals([lines, seen], [[line("replyTimeout", 4_000, "66.67 min", "open the redis cache", "4s")], []]);
});

Deno.test("warnings of options reach a logger of one's own, and end with the level OFF", async () => {
  const seen: string[] = [];
  const note = (message: string) => void seen.push(message);
  const { opero } = createOpero({ logger: { debug: note, info: note, warning: note, error: note } });
  const restore = configureLogging({ level: "OFF" });
  const lines = await warningsOf(() => opero(load, { timeout: 5_000 }));
  restore();
  assertEquals([lines, seen.length, seen[0]?.startsWith("'timeout: 5000' is 5000 seconds")], [[], 1, true]);
});

Deno.test("warnOfBareSeconds() warns of a kind once, and remembers no more than 1 000 kinds", async () => {
  const warn = (option: string) => warnOfBareSeconds("open the test", option, 5_000);
  const others = Array.from({ length: 10_000 }, (_, n) => `option${n}`);
  assertEquals((await warningsOf(() => ["ttl", "ttl"].forEach(warn))).length, 1);
  const lines = await warningsOf(() => [...others, "ttl", "ttl"].forEach(warn));
  assertEquals([lines.length, lines.at(-1)], [10_001, line("ttl", 5_000, "83.33 min", "open the test", "5s")]);
});
