/** Attempts of a call that run at once: whatever order they end in, the first success wins, and the others are aborted. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { AllFailedError, createOpero, currentCall } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { type Outcome, outcomeOf } from "../support/outcome.ts";
import { ResourceLedger } from "../support/resource_ledger.ts";
import { runs } from "../support/runs.ts";
import { TogetherClock } from "../support/together_clock.ts";

const STOP = { name: "a reason to stop" };
const AFTER_MS = 200;
const ENDINGS = ["value", "value", "error", "error", "last error", "hang"] as const;
type Ending = typeof ENDINGS[number];

/** An attempt of the call. */
interface Run {
  readonly startedMs: number;
  readonly signal: AbortSignal;
  readonly ending: Ending;
  endedMs: number | undefined;
  /** When it ended or was aborted. */
  overMs: number;
}

const options = fc.record({
  hedge: fc.record({ after: fc.constant("200ms" as const), max: fc.constantFrom(1, 2, 4), budget: fc.constant(1) }),
  retries: fc.constantFrom(0, 1),
  concurrency: fc.constantFrom(undefined, 1, { limit: 2, maxQueue: 0 }, { limit: 2, maxWait: "300ms" } as const),
  rateLimit: fc.constantFrom(undefined, { limit: 5, burst: 2 }),
  timeout: fc.constantFrom(undefined, "500ms" as const),
  deadline: fc.constantFrom(undefined, "600ms" as const, "1s" as const),
  retryBudget: fc.constantFrom(undefined, { ratio: 0, minPerSecond: 0.3, window: "10s" } as const),
});

const LAST = new Error("the last");

/** Of the runs of one race, those whose outcome came while nothing had been decided. */
function checkWinner(made: readonly Run[], value: unknown): void {
  const winner = made[value as number]!;
  assertEquals([winner.ending, winner.signal.aborted], ["value", false]);
  const open = made.filter((run) => run !== winner && run.endedMs === undefined);
  assert(open.every(({ signal }) => signal.aborted), "one that lost was not aborted");
  const sooner = made.filter(({ ending, endedMs }) => ending === "value" && endedMs! < winner.endedMs!);
  assertEquals(sooner.filter(({ signal }) => !signal.aborted), [], "one that was sooner did not win");
}

function checkFailure(made: readonly Run[], error: unknown): void {
  assert(made.every(({ ending, signal }) => ending !== "value" || signal.aborted), "one succeeded");
  if (error instanceof AllFailedError) assertEquals(error.attempts.length, made.length);
}

/** None begins before each that runs has run for so long; never are there too many at once. */
function checkStarts(made: readonly Run[], most: number): void {
  for (const [i, { startedMs }] of made.entries()) {
    const before = made.slice(0, i).filter(({ overMs }) => overMs > startedMs);
    assert(before.every((run) => startedMs - run.startedMs >= AFTER_MS), "too soon");
    assert(before.length < most, "too many at once");
  }
}

Deno.test("hedge: the first success wins, the others are aborted, and all comes back, in any interleaving", async () => {
  using ledger = new ResourceLedger();
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      options,
      fc.array(fc.constantFrom(...ENDINGS), { minLength: 1, maxLength: 8 }),
      fc.option(fc.nat(15).map((n) => n * 100), { nil: undefined }),
      fc.array(fc.oneof(fc.constant("end" as const), fc.nat(3).map((n) => n * 100)), { maxLength: 25 }),
      fc.boolean(),
      async (scheduler, given, endings, abortMs, steps, isTogether) => {
        ledger.clear();
        const clock = isTogether ? new TogetherClock() : new FakeClock();
        const { opero } = createOpero({ clock, random: () => 0.5, jitter: "none", minDelay: "1s", maxDelay: "1s" });
        const made: Run[] = [];
        const outcomes: Outcome<unknown>[] = [];
        let late = 0;
        const fn = opero(() => {
          const { signal } = currentCall();
          if (outcomes.length > 0 || controller.signal.aborted) late++;
          const ending = endings[Math.min(made.length, endings.length - 1)]!;
          const run: Run = { startedMs: clock.now(), signal, ending, endedMs: undefined, overMs: Infinity };
          const leave = () => run.overMs = Math.min(run.overMs, clock.now());
          signal.addEventListener("abort", leave);
          const place = made.push(run) - 1;
          if (ending === "hang") return new Promise<number>(() => {});
          return scheduler.schedule(Promise.resolve(), `${place} ends`).then(() => {
            run.endedMs = clock.now();
            leave();
            if (ending === "value") return place;
            throw ending === "last error" ? LAST : new RangeError("busy");
          });
        }, { ...given, retryOn: (error) => error !== LAST });
        const controller = new AbortController();
        outcomeOf(fn.with({ signal: controller.signal })()).then((outcome) => outcomes.push(outcome));
        if (abortMs !== undefined) clock.setTimer(abortMs, () => controller.abort(STOP));
        for (const step of steps) {
          if (step !== "end") await clock.tick(step / 1_000);
          else if (scheduler.count() > 0) await scheduler.waitOne();
        }
        for (let turn = 0; turn < 60; turn++) {
          if (turn === 50) controller.abort(STOP);
          while (scheduler.count() > 0) await scheduler.waitOne();
          await clock.tick("100ms");
        }
        assertEquals({ settled: outcomes.length, late }, { settled: 1, late: 0 });
        const [outcome] = outcomes as [Outcome<unknown>];
        if (outcome.ok) checkWinner(made, outcome.value);
        else checkFailure(made, outcome.error);
        checkStarts(made, given.hedge.max + 1);
        const { permits, tickets, slots, hedges } = ledger.out;
        assertEquals({ permits, tickets, slots, pending: clock.pending }, {
          permits: 0,
          tickets: 0,
          slots: 0,
          pending: 0,
        });
        if (given.retries === 0) assertEquals(hedges, Math.max(0, made.length - 1));
      },
    ),
    { numRuns: runs(300) },
  );
});
