import { assert, assertEquals, assertInstanceOf, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { AllFailedError, type CacheBackend, ConfigurationError, memoryCache, opero } from "@opero/core";
import { chaos, type ChaosOptions, FakeClock, setTesting } from "@opero/core/testing";
import { rejectionOf } from "../support/lab.ts";

/** Which of `count` calls failed. */
async function failuresOf(options: ChaosOptions, count = 1_000): Promise<boolean[]> {
  const fn = chaos(options)((n: number) => Promise.resolve(n));
  const ended = await Promise.allSettled(Array.from({ length: count }, (_, n) => fn(n)));
  return ended.map(({ status }) => status === "rejected");
}

Deno.test("chaos() fails the share of calls that it was asked to, by its seed alone", async () => {
  const rateOf = (failures: boolean[]) => failures.filter(Boolean).length / failures.length;
  for (const rate of [0, 0.1, 0.5, 1]) assert(Math.abs(rateOf(await failuresOf({ rate })) - rate) < 0.05);
  assertEquals(await failuresOf({}), await failuresOf({ rate: 0.1, seed: 1 }));
  assert(String(await failuresOf({ seed: 1 })) !== String(await failuresOf({ seed: 2 })));
  assert(String(await failuresOf({ seed: -3 })) !== String(await failuresOf({ seed: 2 ** 40 })));
});

Deno.test("chaos() does not run a function that fails, keeps this, name, length and properties of one that runs", async () => {
  let runs = 0;
  const fn = Object.assign(
    function area(this: { unit: string }, a: number, b: number): string {
      runs++;
      return `${a * b} ${this.unit}`;
    },
    { version: 3 },
  );
  const calm = chaos({ rate: 0 })(fn);
  assertEquals([await calm.call({ unit: "m" }, 2, 3), runs], ["6 m", 1]);
  assertEquals([calm.name, calm.length, (calm as unknown as typeof fn).version], ["area", 2, 3]);
  await assertRejects(() => chaos({ rate: 1 })(fn).call({ unit: "m" }, 2, 3), Error, "This call fails");
  assertEquals(runs, 1);
});

Deno.test("chaos() fails with what it was given, or with what that makes", async () => {
  const given = new RangeError("given");
  const run = (error: unknown) => rejectionOf(chaos({ rate: 1, error })(() => Promise.resolve(1))());
  assertStrictEquals(await run(given), given);
  assertEquals(await run(() => "made"), "made");
  assertEquals((await run(undefined) as Error).name, "ChaosError");
});

Deno.test("chaos() delays calls by up to its latency, those that fail too", async () => {
  const clock = new FakeClock();
  const startedMs = clock.now();
  const fn = chaos({ rate: 0.5, latency: "10s", clock })(() => Promise.resolve(1));
  const ends: number[] = [];
  const all = Array.from({ length: 200 }, () => {
    const end = () => void ends.push(clock.now() - startedMs);
    return fn().then(end, end);
  });
  await clock.tick("10s");
  await Promise.all(all);
  assert(Math.min(...ends) < 500 && Math.max(...ends) > 9_500 && Math.max(...ends) < 10_000);
});

Deno.test("chaos() of a backend: a cache that fails is a miss, and no call fails for it", async () => {
  const backend: CacheBackend = chaos({ rate: 0.5, seed: 3 })(memoryCache());
  let runs = 0;
  const load = opero((id: string) => {
    runs++;
    return id;
  }, { cache: true, cacheBackend: backend, cacheId: "chaos", retries: 0 });
  for (let n = 0; n < 50; n++) assertEquals(await load("a"), "a");
  assert(runs > 1 && load.cache.stats().errors > 0);
  const calm = chaos({ rate: 0 })(memoryCache());
  await calm.set("a", { value: 1, createdAt: 0, expiresAt: Infinity, staleUntil: Infinity });
  assertEquals((await calm.get("a"))?.value, 1);
  assertEquals([await calm.delete("a"), await calm.delete("a"), await calm.clear("")], [true, false, undefined]);
  await calm.close?.();
});

Deno.test("chaos() and setTesting(): the retries of a call show at once", async () => {
  using _ = setTesting({ noWait: true });
  const failed = await rejectionOf(opero(chaos({ rate: 1 })(() => 1), { retries: 5 })()) as AllFailedError;
  assertInstanceOf(failed, AllFailedError);
  assertEquals(failed.attempts.length, 6);
});

Deno.test("chaos() refuses what it cannot do", () => {
  const refused = (make: () => unknown, message: string) => assertThrows(make, ConfigurationError, message);
  refused(() => chaos({ rate: 1.1 }), "Cannot make chaos as 'rate' must be a number from 0 to 1: received 1.1");
  refused(() => chaos({ latency: -1 }), "Cannot make chaos as 'latency' must be a non-negative duration");
  refused(() => chaos({ seed: 0.5 }), "Cannot make chaos as 'seed' must be a whole number: received 0.5");
  refused(() => chaos({ clock: {} as FakeClock }), "Cannot make chaos as 'clock' must be a clock with 'sleep'");
  const target = {} as CacheBackend;
  refused(() => chaos()(target), "Cannot make chaos as 'target' must be a function, or a backend with 'get', 'set'");
});
