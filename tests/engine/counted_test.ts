import { assertEquals, assertThrows } from "@std/assert";
import { ConfigurationError, type OperoOptions } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { Call } from "../../src/call/call.ts";
import type { Handler } from "../../src/call/layer.ts";
import { counted } from "../../src/engine/counted.ts";
import { CallTally } from "../../src/telemetry/call_tally.ts";
import { lab, rejectionOf } from "../support/lab.ts";

const NONE = {
  ...{ calls: 0, succeeded: 0, failed: 0, retries: 0, fallbacks: 0, timeouts: 0, shed: 0, waited: 0 },
  latency: { p50: 0, p90: 0, p99: 0, max: 0 },
  errorsByType: {},
};

Deno.test("fn.stats() counts nothing before a call, and is there with stats: true alone", () => {
  const { opero } = lab();
  assertEquals(opero(() => 1, { stats: true }).stats!(), NONE);
  for (const options of [{}, { stats: false }]) assertEquals(opero(() => 1, options).stats, undefined);
  assertThrows(
    () => opero(() => 1, { stats: "yes" } as unknown as OperoOptions),
    ConfigurationError,
    `Cannot wrap an anonymous function as 'stats' must be true or false: received "yes"`,
  );
});

Deno.test("fn.stats() counts rounds, values, timeouts and waits, by the clock of the instance", async () => {
  const { opero, clock } = lab({ stats: true, minDelay: 2, maxDelay: 2, jitter: "none" });
  let runs = 0;
  const load = opero((_keys: string[]) => {
    runs++;
    if (runs === 2) return new Promise(() => {});
    if (runs < 4) throw new RangeError("no");
    return runs;
  }, { argFallback: 0, retries: 1, timeout: "3s", fallbackDelay: 1 });
  const call = load(["a", "b"]);
  assertEquals(load.stats!(), { ...NONE, calls: 1 });
  await clock.tick("1h");
  await call;
  const { latency, ...counts } = load.stats!();
  // 1 s between the values, 3 s until the timeout, 2 s before the next round, 1 s between the values.
  assertEquals(latency.max, 7);
  assertEquals(Math.abs(latency.p50 - 7) < 7 / 64, true);
  const { latency: _, ...none } = NONE;
  assertEquals(counts, { ...none, calls: 1, succeeded: 1, retries: 1, fallbacks: 2, timeouts: 1, waited: 4 });
});

Deno.test("fn.stats() counts failed calls by what their last attempt threw, under 32 names and one for all others", async () => {
  const { opero } = lab({ stats: true, retries: 0 });
  const fail = opero((name: string) => Promise.reject(Object.assign(new Error("secret"), { name })));
  for (let n = 0; n < 40; n++) await rejectionOf(fail(`Error${n}`));
  await rejectionOf(fail("Error7"));
  const { errorsByType, failed, calls } = fail.stats!();
  assertEquals([failed, calls, Object.keys(errorsByType).length], [41, 41, 33]);
  assertEquals([errorsByType.Error0, errorsByType.Error7, errorsByType.other], [1, 2, 8]);
});

Deno.test("fn.stats() counts what was refused as shed, and waits for the rate limit", async () => {
  const { opero, clock } = lab({ stats: true, retries: 0 });
  const load = opero(() => 1, { rateLimit: { limit: 1, per: "2s" }, rateLimitMaxWait: "2s" });
  const calls = [load(), load(), rejectionOf(load())];
  await clock.tick("1m");
  await Promise.all(calls);
  const { succeeded, failed, shed, waited, errorsByType } = load.stats!();
  assertEquals([succeeded, failed, shed, waited], [2, 1, 1, 2]);
  assertEquals(errorsByType, { RateLimitError: 1 });
});

Deno.test("fn.stats() counts calls with options of their own, hits of the cache, and joined calls once each", async () => {
  const { opero, clock } = lab({ stats: true, cache: true, minDelay: 1, maxDelay: 1, jitter: "none" });
  let runs = 0;
  const load = opero((id: string) => {
    if (++runs === 1) throw new Error("no");
    return id;
  });
  const joined = [load("a"), load("a"), load.with({ deadline: "1m" })("a")];
  await clock.tick("1m");
  await Promise.all(joined);
  await load("a");
  await load.withMeta("a");
  const { calls, succeeded, retries, waited } = load.stats!();
  assertEquals([calls, succeeded, retries, waited], [5, 5, 1, 1]);
});

for (const mode of ["thread", "process"] as const) {
  Deno.test(`opmap's stats() counts items, in the mode "${mode}"`, async () => {
    const { opmap } = lab();
    await using double = opmap((n: number) => 2 * n, { mode, stats: true, progress: false, workers: 1 });
    assertEquals(await double([1, 2, 3]), [2, 4, 6]);
    const { calls, succeeded } = double.stats!();
    assertEquals([calls, succeeded], [3, 3]);
  });
}

Deno.test("counted() counts each call from its own beginning, also one that begins while another does", async () => {
  let nowMs = 0;
  const tally = new CallTally();
  const layer = counted(tally, Object.assign(new FakeClock(), { now: () => nowMs }));
  const calls: Promise<unknown>[] = [];
  const run: Handler = layer(() => {
    nowMs += 2_000;
    if (nowMs < 6_000) calls.push(run(new Call(undefined, [])));
    return Promise.resolve();
  });
  await Promise.all([run(new Call(undefined, [])), ...calls]);
  const { latency, succeeded } = tally.read();
  assertEquals([succeeded, latency.max], [3, 6]);
  assertEquals(Math.round(latency.p50), 4);
});
