import { assertEquals, assertRejects } from "@std/assert";
import { AllFailedError, type CallMeta, CircuitOpenError, createOpero, memoryCache } from "@opero/core";
import { FakeClock } from "@opero/core/testing";

/** In memory, and on a backend that answers with promises. */
const BACKENDS = {
  memory: () => ({}),
  backend: () => ({ cacheBackend: memoryCache() }),
};

Deno.test("with({ retries }) takes the place of the option, for one call", async () => {
  const { opero } = createOpero({ minDelay: 0, maxDelay: 0, retries: 2 });
  let runs = 0;
  const fails = opero(() => {
    runs++;
    throw new Error("busy");
  });
  const runsOf = async (call: () => Promise<unknown>) => {
    runs = 0;
    await assertRejects(call, AllFailedError);
    return runs;
  };
  const counts = [
    await runsOf(fails),
    await runsOf(fails.with({ retries: 0 })),
    await runsOf(fails.with({ retries: 4 })),
    await runsOf(fails.with({ timeout: "1m" })),
    await runsOf(fails),
  ];
  assertEquals(counts, [3, 1, 5, 3, 3]);
});

Deno.test("with({ retries, deadline }) decides whether a call waits for an open circuit", async () => {
  const clock = new FakeClock();
  const { opero } = createOpero({ clock, retries: 0 });
  let runs = 0;
  const load = opero(() => {
    if (++runs === 1) throw new Error("busy");
    return runs;
  }, { circuitBreaker: { consecutiveFailures: 1, openFor: "10s" } });
  await assertRejects(load, AllFailedError);
  await assertRejects(load, CircuitOpenError);
  await assertRejects(load.with({ retries: 1, deadline: "5s" }), CircuitOpenError);
  const patient = load.with({ retries: 1 })();
  await clock.tick("1m");
  assertEquals([await patient, runs], [2, 2]);
});

for (const [name, options] of Object.entries(BACKENDS)) {
  Deno.test(`with({ cache: "refresh" }) runs and stores whatever is kept, on ${name}`, async () => {
    const { opero } = createOpero();
    let runs = 0;
    const load = opero(function load(id: string) {
      return `${id}${++runs}`;
    }, { cache: true, ...options() });
    const refresh = load.with({ cache: "refresh" });
    assertEquals([await load("a"), await refresh("a"), await load("a"), await refresh("b"), await load("b")], [
      "a1",
      "a2",
      "a2",
      "b3",
      "b3",
    ]);
    const { hits, misses, writes } = load.cache.stats();
    assertEquals([hits, misses, writes], [2, 3, 3]);
  });

  Deno.test(`with({ cache: "bypass" }) neither reads nor stores, on ${name}`, async () => {
    const { opero } = createOpero();
    let runs = 0;
    const load = opero(function load(_id: string) {
      return ++runs;
    }, { cache: true, ...options() });
    const bypass = load.with({ cache: "bypass" });
    assertEquals([await bypass("a"), await load.cache.has("a")], [1, false] as never);
    assertEquals([await load("a"), await bypass("a"), await load("a")], [2, 3, 2]);
    assertEquals(await Promise.all([bypass("b"), bypass("b"), load("b"), load("b")]), [4, 5, 6, 6]);
    assertEquals(load.cache.stats().writes, 2);
  });

  Deno.test(`with({ cache: "refresh" }) joins no older run, whose result is not kept after it, on ${name}`, async () => {
    const clock = new FakeClock();
    const { opero } = createOpero({ clock });
    let runs = 0;
    const waits = ["10s", "2s", "3s"] as const;
    const load = opero(async function load(_id: string) {
      const run = runs++;
      await clock.sleep(Number.parseInt(waits[run]!) * 1_000);
      return run;
    }, { cache: true, ...options() });
    const old = load("a");
    await clock.tick("1s");
    const refresh = load.with({ cache: "refresh" });
    const fresh = [refresh("a"), refresh("a")];
    await clock.tick("3s");
    assertEquals([await Promise.all(fresh), await load("a")], [[1, 1], 1]);
    await clock.tick("10s");
    assertEquals([await old, await load("a"), runs], [0, 1, 2]);
  });

  Deno.test(`with({ cache: "refresh" }) that fails leaves what was kept, and rejects, on ${name}`, async () => {
    const { opero } = createOpero({ retries: 0 });
    let runs = 0;
    const load = opero(function load(id: string) {
      if (++runs === 2) throw new Error("down");
      return id;
    }, { cache: true, cacheTtl: "1h", cacheStaleIfError: "1h", ...options() });
    await load("a");
    await assertRejects(() => load.with({ cache: "refresh" })("a"), AllFailedError);
    assertEquals([await load("a"), runs], ["a", 2] as never);
  });
}

Deno.test("with({ cache }) does as a plain call does where there is no cache", async () => {
  const { opero } = createOpero();
  let runs = 0;
  const load = opero(() => ++runs);
  assertEquals([await load.with({ cache: "refresh" })(), await load.with({ cache: "bypass" })()], [1, 2]);
});

Deno.test("with() of other limits shares no run, with the same limits it does", async () => {
  const { opero } = createOpero();
  let runs = 0;
  const load = opero(async (_id: string) => {
    await Promise.resolve();
    return ++runs;
  }, { cache: true });
  const shared = await Promise.all([load.with({ retries: 1 })("a"), load.with({ retries: 1 })("a")]);
  const apart = await Promise.all([load.with({ retries: 1 })("b"), load.with({ retries: 2 })("b"), load("b")]);
  assertEquals([new Set(shared).size, new Set(apart).size], [1, 3]);
});

Deno.test("events tell of a refresh as a miss and of a bypass as off", async () => {
  const { opero } = createOpero();
  const load = opero((id: string) => id, { cache: true });
  const seen: CallMeta["cache"][] = [];
  load.events.on("success", ({ cache }) => void seen.push(cache));
  await load("a");
  await load.with({ cache: "refresh" })("a");
  await load.with({ cache: "bypass" })("a");
  await load("a");
  assertEquals(seen, ["miss", "miss", "off", "hit"]);
});

Deno.test("withMeta() tells callers who joined a run what that run took", async () => {
  const { opero } = createOpero({ minDelay: 0, maxDelay: 0 });
  let runs = 0;
  const load = opero(async (id: string) => {
    await Promise.resolve();
    if (++runs < 3) throw new Error("busy");
    return id;
  }, { cache: true });
  const both = await Promise.all([load.withMeta("a"), load.withMeta("a")]);
  assertEquals(both.map(({ meta }) => [meta.cache, meta.attempts]), [["miss", 3], ["coalesced", 3]]);
  assertEquals((await load.withMeta("a")).meta, { cache: "hit", attempts: 0, waited: 0, fallbackIndex: undefined });
});
