/** Expired results leave memory by themselves, without a block of the loop and without a timer that anybody waits for. */
import { assert, assertEquals } from "@std/assert";
import { createOpero, memoryCache } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { approximateBytes } from "../../../src/cache/memory/approximate_bytes.ts";
import { ExpirySweeper } from "../../../src/cache/memory/expiry_sweeper.ts";
import { MemoryStore } from "../../../src/cache/memory/memory_store.ts";

function entry(staleUntil: number) {
  return { value: 1, createdAt: 0, expiresAt: staleUntil, staleUntil };
}

function sweptStore(maxEntries = 2_000_000) {
  const clock = new FakeClock();
  const sweeper = new ExpirySweeper(clock);
  const store = new MemoryStore({ maxEntries }, (each) => sweeper.watch(each, () => clock.now()));
  return { clock, store };
}

Deno.test("ExpirySweeper removes what has expired within a minute, and nothing else", async () => {
  const { clock, store } = sweptStore();
  const startMs = clock.now();
  for (let second = 1; second <= 600; second++) store.set(second, entry(startMs + second * 1_000));
  store.set("for ever", entry(Infinity));
  for (let minute = 1; minute <= 12; minute++) {
    await clock.tick("1m");
    const seconds = [...store.keys()].filter((key) => typeof key === "number");
    assert(seconds.every((second) => second > (minute - 1) * 60), `minute ${minute}`);
    assertEquals(seconds.filter((second) => second > minute * 60).length, Math.max(0, 600 - minute * 60));
  }
  assertEquals([...store.keys()], ["for ever"]);
  assertEquals(clock.pending, 0);
});

Deno.test("ExpirySweeper sees an entry that expires sooner than those before it, and goes on after it was empty", async () => {
  const { clock, store } = sweptStore();
  store.set("late", entry(clock.now() + 3_600_000));
  store.set("soon", entry(clock.now() + 1_000));
  await clock.tick("1m");
  assertEquals([...store.keys()], ["late"]);
  await clock.tick("2h");
  assertEquals(store.size, 0);
  store.set("again", entry(clock.now() + 1_000));
  await clock.tick("1m");
  assertEquals(store.size, 0);
});

Deno.test("MemoryStore.sweepSome() goes on where entries leave between two of its steps", () => {
  const store = new MemoryStore({ maxEntries: 100 });
  for (let key = 0; key < 10; key++) store.set(key, entry(key % 2 === 0 ? 1 : 100));
  store.beginSweep();
  assertEquals(store.sweepSome(1, 3), false);
  for (const key of [3, 4]) store.delete(key);
  store.set(4, entry(100));
  assertEquals(store.sweepSome(1, 3), false);
  assertEquals(store.sweepSome(1, 100), true);
  assertEquals([[...store.keys()], store.earliestMs], [[1, 5, 7, 9, 4], 100]);
});

Deno.test("ExpirySweeper sweeps a million entries in steps between which the loop goes on", async () => {
  const { clock, store } = sweptStore();
  const untilMs = clock.now() + 1_000;
  for (let key = 0; key < 1_000_000; key++) store.set(key, entry(untilMs));
  let turns = 0;
  let isDone = false;
  const count = () => {
    turns++;
    if (!isDone) setTimeout(count, 0);
  };
  count();
  await clock.tick("1m");
  while (store.size > 0) await new Promise((resolve) => setTimeout(resolve, 0));
  isDone = true;
  assert(turns > 20, `${turns} turns`);
});

Deno.test("opero() lets expired results leave a memoryCache() that was handed in, by its own clock", async () => {
  const clock = new FakeClock();
  const cacheBackend = memoryCache();
  const keys: string[] = [];
  const set = cacheBackend.set.bind(cacheBackend);
  cacheBackend.set = (key, entry) => {
    keys.push(key);
    return set(key, entry);
  };
  const fn = createOpero({ clock }).opero((id: number) => id, { cache: true, cacheTtl: "10s", cacheBackend });
  for (let id = 0; id < 10; id++) await fn(id);
  const held = () => keys.filter((key) => cacheBackend.get(key) !== undefined).length;
  assertEquals(held(), 10);
  await clock.tick("70s");
  assertEquals([held(), clock.pending], [0, 0]);
});

Deno.test("an entry from the future is a miss", async () => {
  const clock = new FakeClock();
  const cacheBackend = memoryCache();
  const fn = createOpero({ clock }).opero((_id: number) => 1, {
    cache: true,
    cacheTtl: "1h",
    cacheStale: "1h",
    cacheStaleIfError: "1h",
    cacheBackend,
  });
  await fn(1);
  clock.setWallTime(clock.wallNow() - 1);
  assertEquals([await fn.cache.has(1), (await fn.withMeta(1)).meta.cache, (await fn.withMeta(1)).meta.cache], [
    false,
    "miss",
    "hit",
  ]);
});

Deno.test("approximateBytes() counts bytes as bytes, and reads no more than it needs", () => {
  assertEquals(approximateBytes(new Uint8Array(1_000), Infinity), 1_032);
  assertEquals(approximateBytes(new Uint8Array(1_000).subarray(10, 20), Infinity), 42);
  assertEquals(approximateBytes(new ArrayBuffer(1_000), Infinity), 1_032);
  assertEquals(approximateBytes(new Blob(["x".repeat(1_000)]), Infinity), 1_032);
  assertEquals(approximateBytes([1, 2, 3], Infinity), 56);
  let read = 0;
  const fields: Record<string, unknown> = {};
  for (let i = 0; i < 1_000; i++) {
    Object.defineProperty(fields, `field ${i}`, { enumerable: true, get: () => "x".repeat(++read) });
  }
  assert(approximateBytes(fields, 500) > 500);
  assert(read < 50, `${read} fields were read`);
  function* endless() {
    while (true) yield ++read;
  }
  assert(approximateBytes(Object.assign(new Set(), { [Symbol.iterator]: endless }), 500) > 500);
  assert(approximateBytes(new Array(4_294_967_295), 500) > 500);
});
