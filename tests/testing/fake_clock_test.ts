import { assertEquals, assertRejects } from "@std/assert";
import { ConfigurationError } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { outcomeOf } from "../support/outcome.ts";

Deno.test("FakeClock.tick() fires timers in order, each at its time", async () => {
  const clock = new FakeClock();
  const start = clock.now();
  const fired: [string, number][] = [];
  const note = (name: string) => () => void fired.push([name, clock.now() - start]);
  clock.setTimer(20, note("b"));
  clock.setTimer(10, note("a"));
  clock.setTimer(20, note("c"));
  clock.setTimer(31, note("d"));
  await clock.tick("30ms");
  assertEquals(fired, [["a", 10], ["b", 20], ["c", 20]]);
  assertEquals([clock.pending, clock.now() - start], [1, 30]);
});

Deno.test("FakeClock.tick() fires what a timer sets, where that comes due in time", async () => {
  const clock = new FakeClock();
  const start = clock.now();
  const fired: number[] = [];
  const again = () => {
    fired.push(clock.now() - start);
    if (fired.length < 10) clock.sleep(7).then(again);
  };
  clock.setTimer(7, again);
  await clock.tick("30ms");
  assertEquals(fired, [7, 14, 21, 28]);
  await clock.tick("1s");
  assertEquals(fired.length, 10);
});

Deno.test("FakeClock.setTimer() calls off, and never fires for Infinity or NaN", async () => {
  const clock = new FakeClock();
  let fired = 0;
  const timer = clock.setTimer(5, () => fired++);
  timer.cancel();
  timer.cancel();
  const never = [clock.setTimer(Infinity, () => fired++), clock.setTimer(NaN, () => fired++)];
  await clock.tick("1000d");
  assertEquals(fired, 0);
  never.forEach((each) => each.cancel());
  assertEquals(clock.pending, 0);
});

Deno.test("FakeClock.sleep() rejects with the signal's reason at once, and leaves nothing", async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const sleeping = outcomeOf(clock.sleep(1_000, controller.signal));
  controller.abort("stop");
  assertEquals(await sleeping, { ok: false, error: "stop" });
  assertEquals(await outcomeOf(clock.sleep(1_000, controller.signal)), { ok: false, error: "stop" });
  assertEquals(clock.pending, 0);
});

Deno.test("FakeClock.setWallTime() moves the time of day alone", async () => {
  const clock = new FakeClock(Date.UTC(2026, 0, 1));
  const start = clock.now();
  let fired = 0;
  clock.setTimer(10, () => fired++);
  clock.setWallTime(Date.UTC(2030, 0, 1));
  assertEquals([clock.now() - start, clock.wallNow(), fired], [0, Date.UTC(2030, 0, 1), 0]);
  await clock.tick("10ms");
  assertEquals([clock.wallNow(), fired], [Date.UTC(2030, 0, 1) + 10, 1]);
});

Deno.test("FakeClock.tick() lets run what is ready to run, also without going on", async () => {
  const clock = new FakeClock();
  const steps: number[] = [];
  (async () => {
    for (let step = 0; step < 50; step++) steps.push(await Promise.resolve(step));
  })();
  await clock.tick();
  assertEquals(steps.length, 50);
});

Deno.test("FakeClock.tick() refuses what is no duration", async () => {
  await assertRejects(
    () => new FakeClock().tick(-1),
    ConfigurationError,
    "Cannot tick as 'duration' must be a duration",
  );
});
