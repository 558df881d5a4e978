/** Where timers and promises end with the request that made them, as far as that can be seen without such a platform. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type CacheBackend,
  ConfigurationError,
  createOpero,
  diskCache,
  memoryCache,
  opmap,
  sqliteCache,
} from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { Flight } from "../../src/cache/results/flight.ts";
import { Call } from "../../src/call/call.ts";
import { runtimeImmediate } from "../../src/runtime/immediate.ts";
import { SystemClock } from "../../src/time/system_clock.ts";
import { pretendRequestBound } from "../support/request_bound.ts";

Deno.test("SystemClock sets a timer of the platform for each wait, where no other request may own it", () => {
  using _ = pretendRequestBound();
  const clock = new SystemClock();
  const { setTimeout } = globalThis;
  let set = 0;
  globalThis.setTimeout =
    ((...args: Parameters<typeof setTimeout>) => (set++, setTimeout(...args))) as typeof setTimeout;
  try {
    for (const timer of [1, 2, 3].map(() => clock.setTimer(1_000, () => {}))) timer.cancel();
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  assertEquals(set, 3);
});

Deno.test("SystemClock.coarseNow() keeps no time that only the end of a turn would forget", () => {
  using _ = pretendRequestBound();
  const clock = new SystemClock();
  const seen = new Set<number>();
  for (let look = 0; seen.size < 3; look++) {
    assert(look < 1e8);
    seen.add(clock.coarseNow());
  }
});

Deno.test("runtimeImmediate() knows setImmediate on Deno, Node and Bun alone", () => {
  assertEquals(typeof runtimeImmediate(), "function");
  using _ = pretendRequestBound();
  assertEquals(runtimeImmediate(), undefined);
});

Deno.test("what needs files is refused where those of a runtime do not stay", () => {
  using _ = pretendRequestBound();
  const messageOf = (fn: () => unknown) => assertThrows(fn, ConfigurationError).message;
  assertEquals(
    [() => diskCache(), () => sqliteCache(), () => opmap(() => 1, { journal: "run.jsonl" })].map(messageOf),
    [
      'Cannot open the disk cache as this runtime has no files: use another backend, such as "memory"',
      "Cannot open a sqlite cache as this runtime has no node:sqlite: pass an open database as 'db', " +
      'or use another backend, such as "memory"',
      "Cannot wrap an anonymous function as this runtime has no files: leave 'journal' out",
    ],
  );
});

/** A function that answers how often it has run, or fails while it is told to. */
function counting(cacheBackend: "memory" | CacheBackend, waitUntil?: (promise: Promise<unknown>) => void) {
  const clock = new FakeClock();
  const state = { runs: 0, isDown: false };
  const fn = createOpero({ clock, retries: 0 }).opero(async () => {
    await clock.sleep(10);
    if (state.isDown) throw new Error("down");
    return ++state.runs;
  }, { name: "counting", cache: true, cacheBackend, cacheTtl: "1s", cacheStale: "1h", waitUntil });
  const call = async () => {
    const called = fn.withMeta();
    await clock.tick("20ms");
    const { value, meta } = await called;
    return [value, meta.cache];
  };
  return { clock, state, call };
}

for (const [place, open] of [["memory", () => "memory" as const], ["a backend", memoryCache]] as const) {
  Deno.test(`a stale value in ${place} is made anew first where nothing can run behind an answer, and served where that fails`, async () => {
    using _ = pretendRequestBound();
    const { clock, state, call } = counting(open());
    assertEquals(await call(), [1, "miss"]);
    await clock.tick("2s");
    assertEquals(await call(), [2, "miss"]);
    assertEquals(await call(), [2, "hit"]);
    await clock.tick("2s");
    state.isDown = true;
    assertEquals(await call(), [2, "stale"]);
    // Until the source may be asked again.
    assertEquals(await call(), [2, "stale"]);
  });

  Deno.test(`'waitUntil' is given the refresh behind a stale value in ${place}, on every platform`, async () => {
    for (const pretend of [pretendRequestBound, () => ({ [Symbol.dispose]: () => {} })]) {
      using _ = pretend();
      const given: Promise<unknown>[] = [];
      const { clock, state, call } = counting(open(), (promise) => given.push(promise));
      await call();
      given.length = 0;
      await clock.tick("2s");
      assertEquals(await call(), [1, "stale"]);
      assert(given.length > 0);
      assertEquals(await Promise.all(given), given.map(() => undefined));
      assertEquals([state.runs, await call()], [2, [2, "hit"]]);
    }
  });
}

Deno.test("a refresh that 'waitUntil' throws for goes on all the same", async () => {
  const { clock, call } = counting("memory", () => {
    throw new Error("outside of a request");
  });
  await call();
  await clock.tick("2s");
  assertEquals(await call(), [1, "stale"]);
  assertEquals(await call(), [2, "hit"]);
});

Deno.test("Flight.checkLost() is true for a run that an error came from before it ended, for all who joined", () => {
  const ended: Flight[] = [];
  const owner = { end: (flight: Flight) => (ended.push(flight), flight.end()) };
  const lost = new Flight(owner, new Call(undefined, []), "key");
  assertEquals([lost.checkLost(), lost.checkLost(), ended.length], [true, true, 1]);
  const failed = new Flight(owner, new Call(undefined, []), "key");
  failed.end();
  assertEquals([failed.checkLost(), ended.length], [false, 1]);
});

Deno.test("Flight.watch() lets a run that vanished be found, and leaves one that failed by itself", async () => {
  for (const isOver of [false, true]) {
    const ended: Flight[] = [];
    const flight = new Flight({ end: (each) => ended.push(each) }, new Call(undefined, []), "key");
    const running = Promise.reject(new Error("its request has ended"));
    flight.start(running);
    if (isOver) flight.end();
    flight.watch();
    await running.catch(() => {});
    await undefined;
    assertEquals(ended.length, isOver ? 0 : 1);
  }
});
