import { assertEquals } from "@std/assert";
import { LifeWatch, type WatchedWorker } from "../../src/pool/life_watch.ts";
import { FakeGlobals } from "../support/fake_globals.ts";

const LIMIT_MS = 250;
/** The watch looks each 100 ms. */
const TOLD_MS = 300;

/** A watch over one worker, and the limits for which it was told of. */
function watching(parts: Partial<WatchedWorker> = {}, limitMs: number = LIMIT_MS) {
  const globals = new FakeGlobals("all");
  const worker = { jobCount: 1, begunCount: 0, isReady: true, idleMs: 0, ...parts };
  const limits: number[] = [];
  const watch = new LifeWatch<WatchedWorker>({
    watched: [worker],
    patienceWith: () => limitMs,
    onLifeless: (_worker, limitMs) => void limits.push(limitMs),
  });
  watch.start();
  return { watch, worker, limits, globals, [Symbol.dispose]: () => globals[Symbol.dispose]() };
}

for (
  const [what, parts] of [
    ["has jobs and begins none", {}],
    ["has no function yet, whatever else it still does", { isReady: false, begunCount: 1 }],
  ] as const
) {
  Deno.test(`LifeWatch tells of a worker that ${what}, at the first look past its limit`, () => {
    using test = watching(parts);
    const { limits, globals } = test;
    globals.tickSync(TOLD_MS - 1);
    assertEquals(limits, []);
    globals.tickSync(1);
    assertEquals(limits, [LIMIT_MS]);
    globals.tickSync(100);
    assertEquals(limits, [LIMIT_MS, LIMIT_MS]);
  });
}

Deno.test("LifeWatch tells of a worker whose time is up just at the look", () => {
  using test = watching({}, 200);
  test.globals.tickSync(200);
  assertEquals(test.limits, [200]);
});

Deno.test("LifeWatch says nothing of a worker that is at an item, or has none", () => {
  for (const parts of [{ begunCount: 1 }, { jobCount: 0 }, { jobCount: 0, isReady: false }]) {
    using test = watching(parts);
    test.globals.tickSync(10 * LIMIT_MS);
    assertEquals([test.limits, test.worker.idleMs], [[], 0]);
  }
});

Deno.test("LifeWatch counts anew once the worker began an item", () => {
  using test = watching();
  const { worker, limits, globals } = test;
  globals.tickSync(200);
  worker.begunCount = 1;
  globals.tickSync(100);
  worker.begunCount = 0;
  globals.tickSync(TOLD_MS - 1);
  assertEquals(limits, []);
  globals.tickSync(1);
  assertEquals(limits, [LIMIT_MS]);
});

Deno.test("LifeWatch does not count the time in which this thread was busy", () => {
  using test = watching({}, Infinity);
  const { worker, globals } = test;
  globals.tickSync(100);
  assertEquals(worker.idleMs, 100);
  for (const [busyMs, idleMs] of [[110, 210], [120, 330], [5_000, 450]] as const) {
    globals.block(busyMs);
    globals.tickSync(0);
    assertEquals(worker.idleMs, idleMs);
  }
});

Deno.test("LifeWatch looks once each time however often it is started, and no more when it is stopped", () => {
  using test = watching();
  const { watch, worker, limits, globals } = test;
  watch.start();
  assertEquals(globals.pending, 1);
  globals.tickSync(100);
  assertEquals([worker.idleMs, globals.pending], [100, 1]);
  watch.stop();
  assertEquals(globals.pending, 0);
  globals.tickSync(10 * LIMIT_MS);
  assertEquals(limits, []);
  watch.start();
  globals.tickSync(200);
  assertEquals(limits, [LIMIT_MS]);
});
