/** Slots of a function: whatever order calls end in, and however, never too many run, and each slot comes back. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createOpero, type OperoOptions } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { outcomeOf } from "../support/outcome.ts";
import { runs } from "../support/runs.ts";

const ENDINGS = ["value", "value", "error", "503", "sync error", "abort", "bad key", "hang"] as const;
type Ending = typeof ENDINGS[number];

const options = fc.record({
  concurrency: fc.constantFrom(
    { limit: 1 },
    { limit: 3, maxQueue: 2 },
    { limit: 2, maxWait: "700ms" },
    { limit: 2, maxQueue: 0 },
    { min: 1, max: 3, algorithm: "aimd" as const },
    { min: 1, max: 3 },
  ),
  isKeyed: fc.boolean(),
  retries: fc.constantFrom(0, 1, 3),
  circuitBreaker: fc.constantFrom(false, { consecutiveFailures: 3, openFor: "1s" }),
  rateLimit: fc.constantFrom(undefined, { limit: 5, burst: 2 }),
  timeout: fc.constantFrom(undefined, "700ms"),
  deadline: fc.constantFrom(undefined, "2s"),
  cache: fc.boolean(),
});

const calls = fc.array(
  fc.record({ ending: fc.constantFrom(...ENDINGS), beginMs: fc.nat(3_000), abortMs: fc.nat(1_500), key: fc.nat(1) }),
  { minLength: 1, maxLength: 25 },
);

/** How many run, by key, as their callers see it. */
class Running {
  readonly counts = new Map<number, number>();
  most = 0;

  add(key: number, change: number): void {
    const count = (this.counts.get(key) ?? 0) + change;
    this.counts.set(key, count);
    this.most = Math.max(this.most, count);
  }
}

Deno.test("concurrency never lets too many run, and gets each slot back, in whatever order calls end", async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), options, calls, async (scheduler, { isKeyed, ...given }, planned) => {
      const clock = new FakeClock();
      const { opero } = createOpero({ clock, random: () => 0.5 });
      const running = new Running();
      const limit = given.concurrency.limit ?? 3;
      let isOver = false;
      const load = (ending: Ending, key: number, id: number): Promise<string> => {
        if (isOver) return Promise.resolve("up");
        if (ending === "sync error") throw new Error("sync");
        if (ending === "hang") return new Promise(() => {});
        return scheduler.schedule(Promise.resolve(), `${id} of ${key} ends`).then(() => {
          if (ending === "value" || ending === "abort") return "up";
          throw ending === "503" ? Object.assign(new Error("no"), { status: 503 }) : new Error("busy");
        });
      };
      const fn = opero(load, {
        ...given,
        ...isKeyed
          ? {
            concurrencyKey: (ending: Ending, key: number) => {
              if (ending === "bad key") throw new Error("a bug in the key");
              return key;
            },
          }
          : {},
        // What is inside of the limit sees how many hold a slot, and when each attempt ends for its caller.
        layers: [{
          name: "count",
          inside: "concurrency",
          layer: (next) => (call) => {
            const key = isKeyed ? call.args[1] as number : 0;
            running.add(key, 1);
            const left = () => running.add(key, -1);
            const attempt = next(call);
            attempt.then(left, left);
            return attempt;
          },
        }],
      } as OperoOptions);
      const outcomes = planned.map(async ({ ending, beginMs, abortMs, key }, id) => {
        await clock.sleep(beginMs);
        const controller = new AbortController();
        if (ending === "abort" || ending === "hang") clock.setTimer(abortMs, () => controller.abort("stop"));
        return await outcomeOf(fn.with({ signal: controller.signal })(ending, key, id));
      });
      const settled = Promise.all(outcomes);
      // Time goes on between the ends of attempts, which come in any order.
      for (let moment = 0; moment < 60; moment++) {
        await clock.tick("100ms");
        if (scheduler.count() > 0 && moment % 2 === 0) await scheduler.waitOne();
      }
      for (let turn = 0; turn < 200; turn++) {
        while (scheduler.count() > 0) await scheduler.waitOne();
        await clock.tick("1s");
      }
      assertEquals((await settled).length, planned.length);
      assert(running.most <= limit, `${running.most} ran at once`);
      assertEquals([...running.counts.values()].filter((count) => count !== 0), []);
      isOver = true;
      await clock.tick("10m");
      // As many as before may run at once: no slot is lost.
      const probe = fn.with({ retries: 0, cache: "bypass" });
      for (const key of [0, 1]) {
        for (let turn = 0; turn < limit; turn++) {
          const outcome = outcomeOf(probe("value", key, -1));
          await clock.tick("10s");
          assertEquals(await outcome, { ok: true, value: "up" });
        }
      }
      assertEquals(clock.pending, 0);
    }),
    { numRuns: runs(300, 30) },
  );
});
