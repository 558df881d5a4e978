import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createOpero, currentCall } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { runs } from "../support/runs.ts";

const REQUESTS = { limit: 5, per: "1s" } as const;
const TOKENS = { limit: 100, per: "1s", burst: 60 } as const;

interface Run {
  readonly cost: number;
  readonly atMs: number;
}

/** The most that runs cost together in any window of a second, its end left out. */
function mostInASecond(started: readonly Run[], costOf: (run: Run) => number): number {
  return Math.max(
    0,
    ...started.map(({ atMs }) =>
      started.filter((other) => other.atMs <= atMs && other.atMs > atMs - 1_000 + 1e-6)
        .reduce((sum, other) => sum + costOf(other), 0)
    ),
  );
}

const call = fc.record({
  cost: fc.integer({ min: 0, max: 60 }),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  end: fc.constantFrom("succeed", "fail", "retry-after", "abort" as const),
});

Deno.test("tokens of several limits: never over a limit, in order, paused for all, and all back, in any interleaving", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(call, { minLength: 1, maxLength: 12 }),
      fc.boolean(),
      fc.constantFrom("per_function" as const, "global" as const),
      async (scheduler, calls, strict, rateLimitScope) => {
        const clock = new FakeClock();
        const { opero } = createOpero({ clock, random: () => 0.5, jitter: "none" });
        const started: Run[] = [];
        const begun: number[] = [];
        const pauses: (readonly [number, number])[] = [];
        const fn = opero(async (i: number, cost: number) => {
          const context = currentCall();
          const { attempt } = context;
          if (attempt === 1) begun.push(i);
          const run = { cost, atMs: clock.now() };
          const place = started.push(run) - 1;
          const { end, share } = calls[i]!;
          await scheduler.schedule(Promise.resolve());
          started[place] = { ...run, cost: cost * share };
          context.settle(cost * share);
          if (end === "fail" && attempt === 1) throw new Error("busy");
          if (end !== "retry-after" || attempt > 1) return i;
          pauses.push([clock.now(), clock.now() + 700]);
          throw Object.assign(new Error("busy"), { retryAfter: 0.7 });
        }, {
          rateLimit: [REQUESTS, { ...TOKENS, strict, cost: (_i, cost) => cost }],
          rateLimitScope,
          retries: 1,
          minDelay: 0,
          maxDelay: 0,
        });
        const came: number[] = [];
        const outcomes = calls.map(({ cost, end }, i) => {
          const controller = new AbortController();
          const result = scheduler.schedule(Promise.resolve()).then(() => {
            came.push(i);
            const result = fn.with({ signal: controller.signal })(i, cost);
            if (end === "abort") {
              scheduler.schedule(Promise.resolve()).then(() => controller.abort(new Error("stop")));
            }
            return result;
          });
          return result.then(() => "ok", () => "failed");
        });
        for (let step = 0; step < 400 && (scheduler.count() > 0 || clock.pending > 0 || step < 40); step++) {
          if (scheduler.count() > 0) await scheduler.waitOne();
          await clock.tick("20ms");
        }
        await scheduler.waitAll();
        await clock.tick("1m");
        await scheduler.waitAll();
        await clock.tick("1m");
        await Promise.all(outcomes);
        // In the order in which they came, those left out that were aborted before.
        assertEquals(begun, came.filter((i) => begun.includes(i)));
        assert(mostInASecond(started, () => 1) <= 5, "requests");
        const tokens = mostInASecond(started, ({ cost }) => cost);
        assert(tokens <= (strict ? 100 : 100 + 60 - 1) + 1e-6, `${tokens} tokens`);
        for (const { atMs } of started) {
          assert(!pauses.some(([from, until]) => atMs > from && atMs < until - 1e-6), "started in a pause");
        }
        assertEquals([fn.limiter?.waiting, fn.limiter?.available, clock.pending], [0, 1, 0]);
      },
    ),
    { numRuns: runs(200) },
  );
});
