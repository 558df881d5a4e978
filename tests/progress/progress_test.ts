import { assertEquals } from "@std/assert";
import { FakeClock } from "../../src/fake_clock.ts";
import { Progress } from "../../src/progress/progress.ts";

Deno.test("Progress.state() tells rate, elapsed and remaining seconds", async () => {
  const clock = new FakeClock();
  const progress = new Progress(10, clock);
  assertEquals(progress.state(), { done: 0, failed: 0, total: 10, rate: 0, elapsed: 0, eta: undefined });
  await clock.tick("2s");
  for (let item = 0; item < 4; item++) progress.count(item === 0);
  assertEquals(progress.state(), { done: 4, failed: 1, total: 10, rate: 2, elapsed: 2, eta: 3 });
});

Deno.test("Progress.state() knows no remaining time without a total", async () => {
  const clock = new FakeClock();
  const progress = new Progress(undefined, clock);
  await clock.tick("1s");
  progress.count(false);
  assertEquals(progress.state(), { done: 1, failed: 0, total: undefined, rate: 1, elapsed: 1, eta: undefined });
  progress.total = 1;
  assertEquals(progress.state().eta, 0);
});
