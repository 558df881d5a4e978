import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import * as core from "@opero/core";
import * as light from "@opero/core/light";
import { cache, circuitBreaker, rateLimit } from "@opero/core/policies";
import { FakeClock } from "@opero/core/testing";

const { createOpero, opero, opmap } = light;

Deno.test("the light door has the names of the whole library, with the same meaning", () => {
  const own = ["createOpero", "opero", "opmap"];
  for (const [name, value] of Object.entries(light)) {
    if (own.includes(name)) assertEquals(typeof Reflect.get(core, name), "function");
    else assertStrictEquals(Reflect.get(core, name), value, name);
  }
});

Deno.test("opero() of the light door retries, times out and falls back as the whole library does", async () => {
  const clock = new FakeClock();
  const instance = createOpero({ clock, jitter: "none", retries: 2, minDelay: "1s", maxDelay: "1s" });
  const startsMs: number[] = [];
  const fn = instance.opero(() => {
    startsMs.push(clock.now());
    return new Promise<string>(() => {});
  }, { timeout: "2s", fallback: "plan B" });
  const done = fn.withMeta();
  await clock.tick("1m");
  assertEquals(await done, {
    value: "plan B",
    meta: { cache: "off", attempts: 3, waited: 2, fallbackIndex: undefined },
  });
  assertEquals(startsMs.map((ms) => ms - startsMs[0]!), [0, 3_000, 6_000]);
});

Deno.test("opero() of the light door tells bugs from failed fetches, as the whole library does", async () => {
  const runsOf = async (error: Error) => {
    let runs = 0;
    const fn = opero(() => {
      runs++;
      throw error;
    }, { retries: 1, minDelay: 0, maxDelay: 0 });
    await assertRejects(fn as () => Promise<unknown>);
    return runs;
  };
  assertEquals(await runsOf(new TypeError("x is not a function")), 1);
  assertEquals(await runsOf(new ReferenceError("x is not defined")), 1);
  assertEquals(await runsOf(new TypeError("fetch failed")), 2);
  assertEquals(await runsOf(new Error("busy")), 2);
});

Deno.test("opero() of the light door is a decorator and takes its options first, too", async () => {
  class Service {
    @opero({ retries: 0 })
    async double(n: number): Promise<number> {
      return await Promise.resolve(2 * n);
    }
  }
  assertEquals(await new Service().double(21), 42);
  assertEquals(await opero({ retries: 0 })((n: number) => 2 * n)(21), 42);
});

Deno.test("functions of the light door have the handles of their policies, and no others", () => {
  const fn = Object.assign((n: number) => n, { cache: "own" });
  assertEquals([Reflect.get(opero(fn), "cache"), Reflect.get(opero(fn), "stats")], ["own", undefined]);
  const rich = createOpero({ policies: [cache, circuitBreaker, rateLimit] });
  const { breaker, limiter, cache: handle } = rich.opero((n: number) => n, { circuitBreaker: true, rateLimit: 5 });
  assertEquals([typeof breaker?.reset, typeof limiter?.reset, typeof handle.stats], [
    "function",
    "function",
    "function",
  ]);
});

Deno.test("opmap() of the light door runs items at once on this thread, in both of its modes", async () => {
  for (const mode of ["thread", "async"] as const) {
    let [running, most] = [0, 0];
    const map = opmap(async (n: number) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
      if (n === 3) throw new TypeError("bug");
      return 2 * n;
    }, { mode, workers: 2, progress: false, onError: "return" });
    const [one, two, three] = await map([1, 2, 3]);
    assertEquals([one, two, (three as Error).name, most], [2, 4, "TypeError", 2]);
    assertEquals(map.options.workers, 2);
  }
});

Deno.test("createOpero() of the light door keeps, clears and closes", async () => {
  const instance = createOpero({ policies: [cache], cacheTtl: "1m" });
  let calls = 0;
  const fn = instance.opero((id: string) => id + ++calls, { cache: true, cacheTags: () => ["all"] });
  assertEquals([await fn("a"), await fn("a")], ["a1", "a1"]);
  await instance.invalidateTags("all");
  assertEquals(await fn("a"), "a2");
  await instance.clearCache();
  assertEquals([await fn("a"), fn.cache.stats().misses], ["a3", 3]);
  const map = instance.opmap((n: number) => n, { progress: false });
  await instance.close();
  await assertRejects(() => map([1]), core.ConfigurationError, "its instance is closed");
});

Deno.test("createOpero() of the light door checks the defaults of its functions", () => {
  assertThrows(() => createOpero({ retries: -1 }), core.ConfigurationError, "'retries' must be a non-negative integer");
  assertThrows(() => createOpero({ name: "x" } as never), core.ConfigurationError, "'name' must be left out");
  assertEquals(createOpero({ retries: 7 }).opero(() => 1).options.retries, 7);
});

Deno.test("createOpero() of the light door writes log lines, and its opero() none, but events", async () => {
  const lines: string[] = [];
  const restore = core.configureLogging({ level: "info", sink: (_line, { message }) => void lines.push(message) });
  try {
    const seen: string[] = [];
    const plain = opero(() => 1);
    plain.events.on("success", () => void seen.push("success"));
    await plain();
    assertEquals([seen, lines], [["success"], []]);
    await createOpero().opero(() => 1)();
    assertEquals(lines, ["call succeeded"]);
  } finally {
    restore();
  }
});
