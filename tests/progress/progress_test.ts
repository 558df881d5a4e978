import { assertEquals } from "@std/assert";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { Progress } from "../../src/progress/progress.ts";

Deno.test("Progress.state() tells rate, elapsed and remaining seconds", async () => {
  const clock = new FakeClock();
  const progress = new Progress(() => 10, clock);
  assertEquals(progress.state(), { done: 0, failed: 0, total: 10, rate: 0, elapsed: 0, eta: undefined });
  await clock.tick("2s");
  for (let item = 0; item < 4; item++) progress.count({ isFailed: item === 0 });
  assertEquals(progress.state(), { done: 4, failed: 1, total: 10, rate: 2, elapsed: 2, eta: 3 });
});

Deno.test("Progress.state() knows no remaining time without a total", async () => {
  const clock = new FakeClock();
  let total: number | undefined = undefined;
  const progress = new Progress(() => total, clock);
  await clock.tick("1s");
  progress.count({ isFailed: false });
  assertEquals(progress.state(), { done: 1, failed: 0, total: undefined, rate: 1, elapsed: 1, eta: undefined });
  total = 1;
  assertEquals(progress.state().eta, 0);
});

Deno.test("Progress.state() follows a total that grows, and knows none that was passed", async () => {
  const clock = new FakeClock();
  let total = 1;
  const progress = new Progress(() => total, clock);
  await clock.tick("1s");
  progress.count({ isFailed: false });
  progress.count({ isFailed: false });
  assertEquals([progress.state().total, progress.state().eta], [undefined, undefined]);
  total = 4;
  assertEquals([progress.state().total, progress.state().eta], [4, 1]);
});

Deno.test("Progress.state() forecasts by the latest items that did not come from the cache", async () => {
  const clock = new FakeClock();
  const progress = new Progress(() => 1_000, clock);
  for (let item = 0; item < 900; item++) {
    progress.count({ isFailed: false, isCached: true });
    await clock.tick("10ms");
  }
  assertEquals(progress.state().eta, undefined);
  for (let item = 0; item < 50; item++) {
    await clock.tick("1s");
    progress.count({ isFailed: false });
  }
  assertEquals(progress.state().eta, 50);
  for (let item = 0; item < 40; item++) {
    await clock.tick("100ms");
    progress.count({ isFailed: false });
  }
  assertEquals(Math.round(progress.state().eta!), 1);
});

Deno.test("Progress.state() forecasts items that come in bundles by the time between those", async () => {
  const clock = new FakeClock();
  const progress = new Progress(() => 2_000, clock);
  for (let bundle = 0; bundle < 10; bundle++) {
    await clock.tick("500ms");
    for (let item = 0; item < 100; item++) progress.count({ isFailed: false });
  }
  const { eta } = progress.state();
  assertEquals(Math.round(eta!), 5);
});
