import { assertEquals } from "@std/assert";
import { IdleWatch, type IdlingWorker } from "../../src/pool/idle_watch.ts";
import { FakeGlobals } from "../support/fake_globals.ts";

const MAX_TIMER_MS = 2 ** 31 - 1;

/** A watch over `workers`, those that it ended, and the globals by which time goes on. */
function watching(idleMs: number, workers: readonly IdlingWorker[]) {
  const globals = new FakeGlobals("all");
  const left = new Set(workers);
  const ended: IdlingWorker[] = [];
  const watch = new IdleWatch(left, idleMs, (worker) => {
    left.delete(worker);
    ended.push(worker);
  });
  return { watch, ended, globals, left, [Symbol.dispose]: () => globals[Symbol.dispose]() };
}

const workerWith = (parts: Partial<IdlingWorker>) => ({ jobCount: 0, usedAtMs: 0, canIdle: true, ...parts });

Deno.test("IdleWatch ends what was idle for long enough to the millisecond, and goes on while there is any", () => {
  const [idle, fresh, busy] = [workerWith({}), workerWith({ usedAtMs: 400 }), workerWith({ jobCount: 1 })];
  using test = watching(50, [idle, fresh, busy]);
  const { watch, ended, globals } = test;
  watch.start();
  globals.tickSync(49);
  assertEquals(ended, []);
  globals.tickSync(1);
  assertEquals(ended, [idle]);
  globals.tickSync(250);
  busy.jobCount = 0;
  busy.usedAtMs = 300;
  globals.tickSync(49);
  assertEquals(ended, [idle]);
  globals.tickSync(1);
  assertEquals(ended, [idle, busy]);
  globals.tickSync(99);
  assertEquals([ended.length, globals.pending], [2, 1]);
  globals.tickSync(1);
  assertEquals([ended, globals.pending], [[idle, busy, fresh], 0]);
});

Deno.test("IdleWatch keeps what keeps the process alive for a second at most", () => {
  const restless = workerWith({ canIdle: false });
  for (const idleMs of [400, 3_600_000]) {
    using test = watching(idleMs, [restless, workerWith({ usedAtMs: 5_000 })]);
    const { watch, ended, globals } = test;
    watch.start();
    globals.tickSync(Math.min(idleMs, 1_000) - 1);
    assertEquals(ended, []);
    globals.tickSync(1);
    assertEquals(ended, [restless]);
  }
});

Deno.test("IdleWatch sets one timer however often it is started, and looks no more often than needed", () => {
  using test = watching(50, [workerWith({}), workerWith({ jobCount: 1 })]);
  const { watch, globals, left } = test;
  for (let i = 0; i < 3; i++) watch.start();
  assertEquals(globals.pending, 1);
  globals.tickSync(50);
  assertEquals([globals.pending, left.size], [1, 1]);
  watch.stop();
  assertEquals(globals.pending, 0);
});

Deno.test("IdleWatch sets no timer where there is no worker, nor after it was stopped", () => {
  using test = watching(20, []);
  const { watch, ended, globals, left } = test;
  watch.start();
  assertEquals(globals.pending, 0);
  left.add(workerWith({}));
  watch.start();
  watch.stop();
  assertEquals(globals.pending, 0);
  globals.tickSync(60);
  assertEquals(ended, []);
  watch.start();
  globals.tickSync(0);
  assertEquals(ended.length, 1);
});

Deno.test("IdleWatch keeps workers for longer than a timer can be set", () => {
  using test = watching(MAX_TIMER_MS + 10, [workerWith({})]);
  const { watch, ended, globals } = test;
  watch.start();
  globals.tickSync(MAX_TIMER_MS + 9);
  assertEquals(ended, []);
  globals.tickSync(1);
  assertEquals(ended.length, 1);
});

Deno.test("IdleWatch does not spin where workers that have jobs may be idle for no time", () => {
  using test = watching(0, [workerWith({ jobCount: 1 })]);
  const { watch, ended, globals } = test;
  watch.start();
  globals.tickSync(100);
  assertEquals([ended, globals.pending], [[], 1]);
});
