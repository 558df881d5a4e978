import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { FakeClock } from "@opero/core/testing";
import { CallWindow, type CallWindowOptions } from "../../src/breaker/call_window.ts";
import { runs } from "../support/runs.ts";

function windowOf(options: Partial<CallWindowOptions> = {}) {
  const clock = new FakeClock();
  const all = { windowMs: 10_000, minimumCalls: 4, failureRatio: 0.5, slowCallRatio: Infinity, ...options };
  return { clock, window: new CallWindow({ clock, ...all }) };
}

Deno.test("CallWindow.record() tells of the failure that makes the share too large, and of no success", () => {
  const { window } = windowOf();
  const told = [true, true, true, false, true].map((isFailure) => window.record(isFailure, false));
  assertEquals(told, [false, false, false, false, true]);
  assertEquals(window.metrics(), { calls: 5, failures: 4, slowCalls: 0, failureRatio: 0.8 });
  window.clear();
  assertEquals([window.metrics().calls, window.isIdle], [0, true]);
});

Deno.test("CallWindow.record() compares shares as they are written", () => {
  const { window } = windowOf({ minimumCalls: 20, failureRatio: 0.55 });
  const told = Array.from({ length: 20 }, (_, i) => window.record(i >= 9, false));
  assertEquals(told.indexOf(true), 19);
});

Deno.test("CallWindow.record() tells of slow calls apart from failures", () => {
  const { window } = windowOf({ failureRatio: 1, slowCallRatio: 0.75 });
  const told = [[false, true], [true, false], [false, true], [false, true]].map(([isFailure, isSlow]) =>
    window.record(isFailure!, isSlow!)
  );
  assertEquals(told, [false, false, false, true]);
});

Deno.test("CallWindow forgets a tenth of itself at a time", async () => {
  const { window, clock } = windowOf();
  await clock.tick((10_000 - clock.now() % 10_000) / 1_000);
  for (let second = 0; second < 10; second++) {
    window.record(second === 0, false);
    await clock.tick("1s");
  }
  assertEquals([window.metrics().calls, window.metrics().failures], [9, 0]);
  await clock.tick("4s");
  assertEquals([window.metrics().calls, window.isIdle], [5, false]);
  await clock.tick("1h");
  assertEquals([window.metrics().calls, window.isIdle], [0, true]);
});

Deno.test("CallWindow does as a list of all calls says, whatever time passes between them", async () => {
  const call = fc.tuple(fc.boolean(), fc.boolean(), fc.oneof(fc.nat(30), fc.nat(3_000), fc.nat(40_000)));
  await fc.assert(
    fc.asyncProperty(
      fc.array(call, { maxLength: 60 }),
      fc.integer({ min: 7, max: 10_000 }),
      async (calls, windowMs) => {
        const { window, clock } = windowOf({ windowMs, slowCallRatio: 0.4 });
        const turnOf = (ms: number) => Math.floor(ms / (windowMs / 10));
        const all: { turn: number; isFailure: boolean; isSlow: boolean }[] = [];
        for (const [isFailure, isSlow, afterMs] of calls) {
          await clock.tick(afterMs / 1_000);
          const turn = turnOf(clock.now());
          all.push({ turn, isFailure, isSlow });
          const told = window.record(isFailure, isSlow);
          const kept = all.filter((each) => each.turn > turn - 10);
          const [failures, slowCalls] = [kept.filter((each) => each.isFailure), kept.filter((each) => each.isSlow)];
          assertEquals(window.metrics(), {
            calls: kept.length,
            failures: failures.length,
            slowCalls: slowCalls.length,
            failureRatio: failures.length / kept.length,
          });
          const isTooMuch = failures.length / kept.length >= 0.5 || slowCalls.length / kept.length >= 0.4;
          assertEquals(told, kept.length >= 4 && (isFailure || isSlow) && isTooMuch);
        }
      },
    ),
    { numRuns: runs(300) },
  );
});
