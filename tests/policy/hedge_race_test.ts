import { assertEquals } from "@std/assert";
import { FakeClock } from "@opero/core/testing";
import { beginAttempt } from "../../src/attempt/attempt.ts";
import { Call } from "../../src/call/call.ts";
import { HedgeBudget } from "../../src/hedge/hedge_budget.ts";
import { HedgeRace } from "../../src/policy/hedge_race.ts";

/** A race whose attempts wait for a worker for so many milliseconds, and then run for so many; when each began. */
function race(attempts: readonly (readonly [waitsMs: number, runsMs: number])[]) {
  const clock = new FakeClock();
  const beginMs = clock.now();
  const sentMs: number[] = [];
  const next = async (call: Call) => {
    const [waitsMs, runsMs] = attempts[sentMs.length]!;
    const number = sentMs.push(clock.now() - beginMs);
    beginAttempt(call, clock.now());
    const untilMs = clock.now() + waitsMs;
    call.attempt = {
      get isWaiting() {
        return clock.now() < untilMs;
      },
      abort() {},
    };
    await clock.sleep(waitsMs + runsMs);
    return number;
  };
  const settings = { delayMs: () => 200, latencies: undefined, max: 1, budget: new HedgeBudget(0, undefined) };
  const host = { clock, functionName: "load", failures: {}, telemetry: { record() {} } } as never;
  return { clock, sentMs, won: new HedgeRace(new Call(undefined, []), next, settings, host).run() };
}

Deno.test("HedgeRace makes no hedge of an attempt that waits for a worker, however long", async () => {
  const { clock, sentMs, won } = race([[5_000, 150]]);
  await clock.tick("1m");
  assertEquals([await won, sentMs], [1, [0]]);
});

Deno.test("HedgeRace makes one once the attempt has run for the delay, about a tenth of it after it is seen to run", async () => {
  const { clock, sentMs, won } = race([[5_000, 5_000], [0, 100]]);
  await clock.tick("1m");
  assertEquals(await won, 2);
  assertEquals([sentMs.length, Math.abs(sentMs[1]! - 5_200) <= 20], [2, true], `${sentMs}`);
  // It waits for less than the delay, and runs for less than it.
  const short = race([[150, 150]]);
  await short.clock.tick("1m");
  assertEquals([await short.won, short.sentMs], [1, [0]]);
});
