import { assert, assertEquals } from "@std/assert";
import { SystemClock } from "../../src/time/system_clock.ts";
import { nextTurn } from "../../src/time/next_turn.ts";
import { outcomeOf } from "../support/outcome.ts";

Deno.test("SystemClock.sleep() resolves after its time, and leaves nothing", async () => {
  const clock = new SystemClock();
  const startMs = clock.now();
  await clock.sleep(15);
  const tookMs = clock.now() - startMs;
  assert(tookMs >= 15, `${tookMs} ms`);
});

Deno.test("SystemClock.sleep() of 10 s that is aborted after 1 ms ends at once, and leaves nothing", async () => {
  const clock = new SystemClock();
  const controller = new AbortController();
  const startMs = clock.now();
  const sleeping = outcomeOf(clock.sleep(10_000, controller.signal));
  clock.setTimer(1, () => controller.abort("stop"));
  assertEquals(await sleeping, { ok: false, error: "stop" });
  assert(clock.now() - startMs < 5_000);
});

Deno.test("SystemClock.sleep() rejects at once where the signal has aborted already", async () => {
  const signal = AbortSignal.abort("before");
  assertEquals(await outcomeOf(new SystemClock().sleep(10_000, signal)), { ok: false, error: "before" });
});

for (const ms of [NaN, Infinity, 2 ** 31 - 1, 2 ** 31, 2 ** 40, Number.MAX_VALUE]) {
  Deno.test(`SystemClock.setTimer() does not fire at once after ${ms} ms, and leaves nothing once called off`, async () => {
    const clock = new SystemClock();
    let fired = 0;
    const timers = Array.from({ length: 3 }, () => clock.setTimer(ms, () => fired++));
    await clock.sleep(10);
    assertEquals(fired, 0);
    timers.forEach((timer) => timer.cancel());
  });
}

for (const ms of [0, -0, -1, -Infinity]) {
  Deno.test(`SystemClock.setTimer() fires once, in another turn, after ${ms} ms`, async () => {
    const clock = new SystemClock();
    let fired = 0;
    clock.setTimer(ms, () => fired++);
    await Promise.resolve();
    assertEquals(fired, 0);
    await clock.sleep(5);
    assertEquals(fired, 1);
  });
}

Deno.test("SystemClock waits out a delay over 2^31 ms in steps", async () => {
  const steps: number[] = [];
  const callbacks: (() => void)[] = [];
  const { setTimeout, clearTimeout } = globalThis;
  const cleared: unknown[] = [];
  globalThis.setTimeout = ((callback: () => void, ms: number) => {
    steps.push(ms);
    return callbacks.push(callback);
  }) as unknown as typeof setTimeout;
  globalThis.clearTimeout = ((handle: unknown) => void cleared.push(handle)) as typeof clearTimeout;
  let fired = 0;
  try {
    const timer = new SystemClock().setTimer(2 ** 32, () => fired++);
    callbacks[0]!();
    callbacks[1]!();
    assertEquals(steps, [2 ** 31 - 1, 2 ** 31 - 1, 2]);
    assertEquals(fired, 0);
    timer.cancel();
    await new Promise<void>((resolve) => void setTimeout(resolve, 5));
    assertEquals(cleared, [3]);
  } finally {
    globalThis.setTimeout = setTimeout;
    globalThis.clearTimeout = clearTimeout;
  }
});

Deno.test("SystemClock.coarseNow() stands still for a turn, lags no more than that, and leaves nothing", async () => {
  const clock = new SystemClock();
  const first = clock.coarseNow();
  while (clock.now() - first < 2);
  assertEquals(clock.coarseNow(), first);
  await clock.sleep(5);
  // A timer that is late comes before the next turn.
  await new Promise<void>(nextTurn);
  assert(clock.coarseNow() - first >= 5);
  assert(clock.now() - clock.coarseNow() < 5_000);
});

Deno.test("SystemClock.wallNow() is the time of day", () => {
  assert(Math.abs(new SystemClock().wallNow() - Date.now()) < 5_000);
});

Deno.test("SystemClock asks the runtime for whole milliseconds, of which it would cut a part off", () => {
  const { setTimeout } = globalThis;
  const asked: number[] = [];
  globalThis.setTimeout = ((_callback: () => void, ms: number) => asked.push(ms)) as unknown as typeof setTimeout;
  try {
    const clock = new SystemClock();
    for (const ms of [0, 10, 10.2, 10.7, 99.99999999, 100.00000001]) clock.setTimer(ms, () => {});
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  assertEquals(asked, [0, 10, 11, 11, 100, 100]);
});
