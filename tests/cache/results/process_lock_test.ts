import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type CacheBackend,
  createOpero,
  memoryCache,
  type OperoInstance,
  type OperoOptions,
  tiered,
} from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import {
  LockingCache,
  type LockingCacheOptions,
  type LockingStore,
  lockingStore,
} from "../../support/locking_cache.ts";
import { outcomeOf } from "../../support/outcome.ts";

/** How long the function runs in the tests, in milliseconds. */
const RUN_MS = 1_000;

// Its code is loaded with the first run, which takes real time.
const warm = createOpero();
await warm.opero(() => 1, {
  cache: true,
  cacheLock: true,
  cacheBackend: new LockingCache(lockingStore(), { nowMs: Date.now }),
})();

/** Several instances, as several processes have, that share one store. */
class Processes {
  readonly clock = new FakeClock();
  readonly store: LockingStore = lockingStore();
  /** Which of them have run, in this order, as often as they did. */
  readonly runs: string[] = [];
  /** What runs do at their end; by default they return who ran. */
  end: (name: string) => unknown = (name) => name;

  /** The function as one of them has it. */
  start(name: string, options: OperoOptions & { backend?: Partial<LockingCacheOptions> } = {}) {
    const { backend, ...rest } = options;
    const cache = new LockingCache(this.store, { nowMs: () => this.clock.now(), ...backend });
    const instance: OperoInstance = createOpero({ clock: this.clock, random: () => 0.5, jitter: "none" });
    const load = instance.opero(async (_id: string) => {
      this.runs.push(name);
      await this.clock.sleep(RUN_MS);
      return this.end(name);
    }, { cache: true, cacheBackend: cache, cacheId: "load", cacheLock: true, retries: 0, reraise: true, ...rest });
    return Object.assign(load, { instance });
  }

  get asked(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const operation of this.store.asked) counts[operation] = (counts[operation] ?? 0) + 1;
    return counts;
  }
}

Deno.test("cacheLock lets one process run, and the others wait for what it keeps", async () => {
  const all = new Processes();
  const processes = ["a", "b", "c"].map((name) => all.start(name));
  const calls = processes.flatMap((load) => [load.withMeta("x"), load.withMeta("x")]);
  await all.clock.tick("1s");
  const done = await Promise.all(calls);
  assertEquals(all.runs, ["a"]);
  assertEquals(done.map(({ value }) => value), Array(6).fill("a"));
  assertEquals(done.map(({ meta }) => meta.cache), ["miss", ...Array(5).fill("coalesced")]);
  assertEquals(done.map(({ meta }) => meta.attempts), [1, 1, 0, 0, 0, 0]);
  const stats = processes.map((load) => load.cache.stats());
  assertEquals(stats.map(({ misses, coalesced, writes }) => [misses, coalesced, writes]), [[1, 1, 1], [0, 2, 0], [
    0,
    2,
    0,
  ]]);
  assertEquals(all.store.locks.size, 0);
  assertEquals(all.store.listeners.size, 0);
  assertEquals([(await processes[1]!.withMeta("x")).meta.cache, all.runs.length], ["hit", 1]);
});

Deno.test("cacheLock asks for little: who waits is woken by the news", async () => {
  const all = new Processes();
  const calls = ["a", "b", "c"].map((name) => all.start(name)("x"));
  await all.clock.tick("1s");
  await Promise.all(calls);
  // Each waiter claims once more when it begins to listen, once in doubt, and once when it is woken.
  const { claim = 0, fulfil, get, keep, release } = all.asked;
  assertEquals([get, fulfil, keep, release], [3, 1, undefined, undefined]);
  assert(claim <= 1 + 2 * 4, `${claim} claims`);
});

Deno.test("cacheLock asks again and again where a backend has no news, every 50 ms at most", async () => {
  const all = new Processes();
  const [first, second] = ["a", "b"].map((name) => all.start(name, { backend: { hasNews: false } }));
  const one = first!("x");
  await all.clock.tick(0);
  const other = second!.withMeta("x");
  await all.clock.tick("1s");
  await one;
  await all.clock.tick("50ms");
  assertEquals((await other).value, "a");
  const { claim = 0 } = all.asked;
  assert(claim > 15 && claim < 30, `${claim} claims`);
});

Deno.test("cacheLock gives the lock back with an error, which is not shared: the next process runs", async () => {
  const all = new Processes();
  all.end = (name) => {
    if (name === "a") throw new RangeError(name);
    return name;
  };
  const [first, second] = ["a", "b"].map((name) => all.start(name)("x"));
  const failed = assertRejects(() => first!, RangeError, "a");
  await all.clock.tick("1s");
  await failed;
  await all.clock.tick("1s");
  assertEquals([await second, all.runs], ["b", ["a", "b"]]);
});

Deno.test("cacheLock prolongs the lock of a run that is longer than the lease", async () => {
  const all = new Processes();
  const lock = { cacheLock: { lease: "300ms", maxWait: "1m" } } as const;
  const calls = ["a", "b"].map((name) => all.start(name, lock)("x"));
  await all.clock.tick("1s");
  assertEquals([await Promise.all(calls), all.runs], [["a", "a"], ["a"]]);
  const { keep = 0 } = all.asked;
  assert(keep >= 8, `${keep} times`);
});

Deno.test("cacheLock lets a lock end with its lease where its holder is gone, and one other process runs", async () => {
  const all = new Processes();
  all.start("gone", { backend: { before: (operation) => operation === "keep" ? new Promise(() => {}) : undefined } })(
    "x",
  )
    .catch(() => {});
  await all.clock.tick(0);
  all.end = (name) => name === "gone" ? new Promise(() => {}) : name;
  const calls = ["a", "b", "c"].map((name) => all.start(name, { cacheLock: { lease: "10s" } })("x"));
  await all.clock.tick("12s");
  const values = await Promise.all(calls);
  assertEquals([all.runs.length, new Set(values).size], [2, 1]);
});

Deno.test("cacheLock refuses what a process keeps that was stopped while another has run", async () => {
  const all = new Processes();
  let isStopped = false;
  const resumed = Promise.withResolvers<void>();
  const before = () => isStopped ? resumed.promise : undefined;
  all.end = (name) => name === "stopped" ? resumed.promise.then(() => name) : name;
  const stopped = all.start("stopped", { cacheLock: { lease: "1s" }, cacheTimeout: "1h", backend: { before } });
  const late = stopped.withMeta("x");
  await all.clock.tick(0);
  isStopped = true;
  const other = all.start("other", { cacheLock: { lease: "1s", maxWait: "1m" } });
  const call = other("x");
  await all.clock.tick("2500ms");
  assertEquals(await call, "other");
  isStopped = false;
  resumed.resolve();
  await all.clock.tick("1s");
  assertEquals((await late).value, "stopped", "its caller gets what it has made");
  assertEquals(stopped.cache.stats().writes, 0);
  assertEquals(await stopped.cache.get("x"), "other");
});

Deno.test("cacheLock keeps what a run came to that was past its lease where nobody else has run", async () => {
  const all = new Processes();
  // As where the function leaves the event loop no turn.
  const before = (operation: string) => operation === "keep" ? all.store.locks.clear() : undefined;
  const load = all.start("a", { cacheLock: { lease: "100ms" }, backend: { before } });
  const call = load("x");
  await all.clock.tick("1s");
  assertEquals([await call, load.cache.stats().writes, await load.cache.get("x")], ["a", 1, "a"]);
});

Deno.test("cacheLock waits for maxWait at most, two leases by default, and then runs here", async () => {
  for (
    const [options, waitMs] of [[{ cacheLock: { lease: "2s" } }, 4_000], [
      { cacheLock: { maxWait: "3s" } },
      3_000,
    ]] as const
  ) {
    const all = new Processes();
    all.end = (name) => name === "a" ? new Promise(() => {}) : name;
    all.start("a", options)("x").catch(() => {});
    await all.clock.tick(0);
    const call = all.start("b", options)("x");
    await all.clock.tick(`${waitMs - 1}ms`);
    assertEquals(all.runs, ["a"]);
    await all.clock.tick("1ms");
    assertEquals(all.runs, ["a", "b"]);
    await all.clock.tick("1s");
    assertEquals(await call, "b");
  }
});

Deno.test("cacheLock never waits longer than the deadline, that of the function or of the call", async () => {
  for (const isOfCall of [false, true]) {
    const all = new Processes();
    all.end = (name) => name === "a" ? new Promise(() => {}) : name;
    all.start("a")("x").catch(() => {});
    await all.clock.tick(0);
    const call = isOfCall
      ? all.start("b", { deadline: "1h" }).with({ deadline: "2s" })("x")
      : all.start("b", { deadline: "2s" })("x");
    await all.clock.tick("1999ms");
    assertEquals(all.runs, ["a"]);
    await all.clock.tick("1ms");
    assertEquals(all.runs, ["a", "b"]);
    await all.clock.tick("1s");
    assertEquals(await call, "b");
  }
});

Deno.test("cacheLock lets an abort end the wait of that caller alone", async () => {
  const all = new Processes();
  const [first, second] = ["a", "b"].map((name) => all.start(name));
  const one = first!("x");
  await all.clock.tick(0);
  const controller = new AbortController();
  const left = second!.with({ signal: controller.signal })("x");
  const stays = second!("x");
  await all.clock.tick("500ms");
  const reason = new Error("enough");
  controller.abort(reason);
  assertEquals(await outcomeOf(left), { ok: false, error: reason });
  await all.clock.tick("500ms");
  assertEquals([await one, await stays, all.runs], ["a", "a", ["a"]]);
});

Deno.test("cacheLock gives the lock back at once where all callers of its run have left", async () => {
  const all = new Processes();
  const controller = new AbortController();
  const left = all.start("a").with({ signal: controller.signal })("x");
  await all.clock.tick(0);
  const other = all.start("b")("x");
  await all.clock.tick("100ms");
  controller.abort(new Error("enough"));
  assertEquals((await outcomeOf(left)).ok, false);
  await all.clock.tick(0);
  assertEquals(all.runs, ["a", "b"]);
  await all.clock.tick("1s");
  assertEquals(await other, "b");
});

/** Where the locks are, by the backend that stands before or after the one that has them. */
const SHAPES: Record<string, (locking: CacheBackend) => CacheBackend> = {
  "a backend": (locking) => locking,
  "the second tier": (locking) => tiered(memoryCache(), locking),
  "the first tier": (locking) => tiered(locking, memoryCache()),
  "a tier of a tier": (locking) => tiered(memoryCache(), tiered(memoryCache(), locking)),
};

for (const [where, shape] of Object.entries(SHAPES)) {
  /** A function over that shape whose claims are answered so much later than they are granted. */
  const slow = (all: Processes, name: string, lateMs: number, options: OperoOptions = {}) => {
    const locking = new LockingCache(all.store, { nowMs: () => all.clock.now() });
    const claim = locking.claim.bind(locking);
    locking.claim = async (...args) => {
      const claimed = await claim(...args);
      await all.clock.sleep(lateMs);
      return claimed;
    };
    return all.start(name, { cacheBackend: shape(locking), cacheLock: { lease: "1h" }, ...options });
  };

  Deno.test(`cacheLock gives back a lock of ${where} that comes after its time was over`, async () => {
    const all = new Processes();
    const call = slow(all, "a", 5_000)("x");
    await all.clock.tick("5s");
    assertEquals([await call, all.runs], ["a", ["a"]]);
    await all.clock.tick("1s");
    assertEquals([...all.store.locks], []);
  });

  Deno.test(`cacheLock gives back a lock of ${where} that comes after its caller has left`, async () => {
    const all = new Processes();
    const controller = new AbortController();
    const load = slow(all, "a", 200);
    const left = load.with({ signal: controller.signal })("x");
    await all.clock.tick("100ms");
    controller.abort(new Error("enough"));
    assertEquals((await outcomeOf(left)).ok, false);
    await all.clock.tick("1s");
    assertEquals([[...all.store.locks], all.runs], [[], []]);
  });

  for (
    const [how, options] of Object.entries({ timeout: { timeout: "500ms" }, deadline: { deadline: "700ms" } } as const)
  ) {
    Deno.test(`cacheLock gives back a lock of ${where} at once where the run is over by its ${how}`, async () => {
      const all = new Processes();
      const call = outcomeOf(slow(all, "a", 1, options)("x"));
      await all.clock.tick("300ms");
      assertEquals(all.store.locks.size, 1);
      await all.clock.tick("600ms");
      assertEquals([(await call).ok, [...all.store.locks]], [false, []]);
    });
  }

  Deno.test(`cacheLock gives back a lock of ${where} at once where the caller leaves its run`, async () => {
    const all = new Processes();
    const controller = new AbortController();
    const left = slow(all, "a", 1).with({ signal: controller.signal })("x");
    await all.clock.tick("300ms");
    assertEquals(all.store.locks.size, 1);
    controller.abort(new Error("enough"));
    assertEquals((await outcomeOf(left)).ok, false);
    await all.clock.tick(0);
    assertEquals([...all.store.locks], []);
  });
}

for (const operation of ["claim", "fulfil", "release", "keep"]) {
  for (const how of ["rejects", "hangs"] as const) {
    Deno.test(`cacheLock fails no call where '${operation}' of the backend ${how}`, async () => {
      const all = new Processes();
      const trouble = () => how === "hangs" ? new Promise(() => {}) : Promise.reject(new Error("down"));
      const before = (asked: string) => asked === operation ? trouble() : undefined;
      const load = all.start("a", { backend: { before }, cacheLock: { lease: "300ms" } });
      const call = load("x");
      // The time of the run, and that of an operation of the backend.
      await all.clock.tick("1250ms");
      assertEquals([await call, all.runs], ["a", ["a"]]);
    });
  }
}

Deno.test("cacheLock opens no breaker but its own where a backend cannot lock", async () => {
  const all = new Processes();
  const before = (asked: string) => asked === "claim" ? Promise.reject(new Error("NOPERM")) : undefined;
  const load = all.start("a", { backend: { before } });
  for (let i = 0; i < 10; i++) {
    const call = load(String(i));
    await all.clock.tick("1s");
    await call;
  }
  assertEquals([load.cache.stats().writes, await load.cache.get("9")], [10, "a"]);
  assert(all.asked.claim! < 9, "it is not asked each time");
});

Deno.test("cacheLock serves a stale value without a wait, and one process refreshes it", async () => {
  const all = new Processes();
  const options = { cacheTtl: "10s", cacheStale: "1h" } as const;
  const processes = ["a", "b"].map((name) => all.start(name, options));
  const first = processes[0]!("x");
  await all.clock.tick("1s");
  await first;
  await all.clock.tick("10s");
  all.end = () => "new";
  const served = await Promise.all(processes.map((load) => load.withMeta("x")));
  assertEquals(served.map(({ value, meta }) => [value, meta.cache]), [["a", "stale"], ["a", "stale"]]);
  await all.clock.tick("1s");
  assertEquals(all.runs.length, 2);
  const fresh = await Promise.all(processes.map((load) => load.withMeta("x")));
  assertEquals(fresh.map(({ value, meta }) => [value, meta.cache]), [["new", "hit"], ["new", "hit"]]);
});

Deno.test("cacheLock shares a refresh ahead, which is no value for those who have seen the old one", async () => {
  const all = new Processes();
  const options = { cacheTtl: "10s", cacheRefreshAhead: 1e9 } as const;
  const processes = ["a", "b"].map((name) => all.start(name, options));
  const first = processes[0]!("x");
  await all.clock.tick("1s");
  await first;
  await all.clock.tick("1s");
  await Promise.all(processes.map((load) => load("x")));
  await all.clock.tick("1s");
  assertEquals(all.runs.length, 2);
});

Deno.test("cacheLock takes no value of another process that was invalidated by a tag", async () => {
  const all = new Processes();
  const options = { cacheTags: () => ["tag"] };
  const [first, second] = ["a", "b"].map((name) => all.start(name, options));
  const one = first!("x");
  await all.clock.tick("1s");
  await one;
  await first!.instance.invalidateTags("tag");
  const other = second!("x");
  await all.clock.tick("1s");
  assertEquals([await other, all.runs], ["b", ["a", "b"]]);
});

Deno.test("cacheLock lets a call that asks for a refresh run at once", async () => {
  const all = new Processes();
  const [first, second] = ["a", "b"].map((name) => all.start(name));
  const one = first!("x");
  await all.clock.tick(0);
  const refreshed = second!.with({ cache: "refresh" })("x");
  await all.clock.tick("1s");
  assertEquals([await one, await refreshed], ["a", "b"]);
});

Deno.test("cacheLock gives the lock back, and waits no longer, where a value was deleted", async () => {
  const all = new Processes();
  const [first, second] = ["a", "b"].map((name) => all.start(name));
  const one = first!("x");
  await all.clock.tick(0);
  const waiting = second!("x");
  await all.clock.tick("100ms");
  // What the other process makes now is from before.
  await second!.cache.delete("x");
  await all.clock.tick(0);
  assertEquals(all.runs, ["a", "b"]);
  await first!.cache.delete("x");
  const anew = first!("x");
  await all.clock.tick(0);
  assertEquals(all.runs, ["a", "b", "a"], "its own old run has given the lock back");
  await all.clock.tick("1s");
  await Promise.all([one, waiting, anew]);
});

Deno.test("cacheLock does not let a function wait for itself that calls itself with other limits", async () => {
  const all = new Processes();
  const cache = new LockingCache(all.store, { nowMs: () => all.clock.now() });
  const { opero } = createOpero({ clock: all.clock });
  let runs = 0;
  const load = opero(async (id: string): Promise<number> => {
    const run = ++runs;
    await all.clock.sleep(RUN_MS);
    return run === 2 ? run : await load.with({ retries: 0 })(id);
  }, { cache: true, cacheBackend: cache, cacheLock: true, context: "async" });
  const call = load("x");
  await all.clock.tick("1s");
  await all.clock.tick("1s");
  assertEquals([await call, runs], [2, 2]);
});

Deno.test("cacheLock passes through tiered(), and copies what was kept to the other tier", async () => {
  const all = new Processes();
  const near = lockingStore();
  const nowMs = () => all.clock.now();
  const far = () => new LockingCache(all.store, { nowMs });
  const [first, second] = [
    all.start("a", { cacheBackend: tiered(new LockingCache(near, { nowMs }), far()) }),
    all.start("b", { cacheBackend: far() }),
  ];
  const one = first("x");
  await all.clock.tick(0);
  const other = second("x");
  await all.clock.tick("1s");
  assertEquals([await one, await other, all.runs.length], ["a", "a", 1]);
  assertEquals([near.entries.size, near.asked.includes("claim")], [1, false]);
});

Deno.test("cacheLock runs here where a backend answers a claim with nonsense", async () => {
  const all = new Processes();
  for (const answer of [null, 7, {}, { held: 1 }, { busyMs: -1 }, { entry: 1 }]) {
    const cache = new LockingCache(lockingStore(), { nowMs: () => all.clock.now() });
    cache.claim = () => Promise.resolve(answer as unknown as { held: true });
    const call = all.start("a", { cacheBackend: cache })("x");
    await all.clock.tick("1s");
    assertEquals(await call, "a");
  }
});
