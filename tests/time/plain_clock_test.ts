import { assert, assertEquals } from "@std/assert";
import { PlainClock } from "../../src/time/plain_clock.ts";

/** What a clock is driven by while `setTimeout` is faked, and no time is. */
async function withTimers(work: (fire: () => number) => Promise<void> | void): Promise<void> {
  const [set, clear] = [globalThis.setTimeout, globalThis.clearTimeout];
  const timers = new Map<number, { readonly ms: number; readonly callback: () => void }>();
  let last = 0;
  const fire = () => {
    const [[id, { ms, callback }]] = [...timers] as [[number, { ms: number; callback: () => void }]];
    timers.delete(id);
    callback();
    return ms;
  };
  Object.assign(globalThis, {
    setTimeout: (callback: () => void, ms: number) => (timers.set(++last, { ms, callback }), last),
    clearTimeout: (id: number) => timers.delete(id),
  });
  try {
    await work(fire);
    assertEquals(timers.size, 0);
  } finally {
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  }
}

Deno.test("PlainClock.setTimer() waits out delays of any length, and it is that late then", () =>
  withTimers((fire) => {
    const clock = new PlainClock();
    const startMs = clock.now();
    let isDone = false;
    clock.setTimer(2 ** 31 + 9_999, () => isDone = true);
    assertEquals([fire(), isDone], [2 ** 31 - 1, false]);
    assertEquals([fire(), isDone], [10_000, true]);
    assert(clock.now() - startMs > 2 ** 31);
  }));

Deno.test("PlainClock.setTimer() can be cancelled, also where it never fires", () =>
  withTimers(() => {
    const clock = new PlainClock();
    for (const ms of [5, 0, -5, Infinity, NaN]) clock.setTimer(ms, () => assert(false)).cancel();
  }));

Deno.test("PlainClock.setTimer() never waits for less than is asked, and at once for what is past", () =>
  withTimers((fire) => {
    const clock = new PlainClock();
    const delays = [0.4, 2, -1].map((ms) => (clock.setTimer(ms, () => {}), fire()));
    assertEquals(delays, [1, 2, 0]);
  }));

Deno.test("PlainClock.sleep() rejects with the reason of its signal", async () => {
  const controller = new AbortController();
  const slept = new PlainClock().sleep(3_600_000, controller.signal).then(() => "slept", (reason) => reason);
  controller.abort("stop");
  assertEquals(await slept, "stop");
});
