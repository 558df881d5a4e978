import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { FakeClock } from "@opero/core/testing";
import type { Ticket } from "../../src/limiter/limiter.ts";
import type { Rate } from "../../src/limiter/rate.ts";
import { WeightedLimiter } from "../../src/limiter/weighted_limiter.ts";
import { LateClock } from "../support/late_clock.ts";
import { runs } from "../support/runs.ts";

const MINUTE = 60_000;
const REQUESTS: Rate = { limit: 60, perMs: MINUTE, burst: 1 };
const TOKENS: Rate = { limit: 600, perMs: MINUTE, burst: 600, isWeighted: true };

/** What started: when, and at which costs. */
interface Started {
  readonly ms: number;
  readonly call: number;
  readonly costs: readonly number[];
  readonly ticket: Ticket;
}

class Starts {
  readonly started: Started[] = [];
  readonly limiter: WeightedLimiter;
  readonly beganMs: number;
  readonly clock: FakeClock;
  #calls = 0;

  constructor(rates: readonly Rate[], clock: FakeClock = new FakeClock()) {
    this.limiter = new WeightedLimiter(rates, clock);
    this.clock = clock;
    this.beganMs = clock.now();
  }

  /** Answers how to give the place up. */
  call(...costs: readonly number[]): () => void {
    const call = this.#calls++;
    const start = (ticket: Ticket) => void this.started.push({ ms: this.clock.now(), call, costs, ticket });
    if (!this.limiter.tryStart(costs)) return this.limiter.enqueue(start, costs);
    start(this.limiter.ticket!);
    return () => {};
  }

  get timesMs(): number[] {
    return this.started.map(({ ms }) => Math.round(ms - this.beganMs));
  }
}

/** The most that starts cost together in any window of `lengthMs`, its end left out. */
function mostCostIn(started: readonly Started[], limit: number, lengthMs: number): number {
  let [most, sum, first] = [0, 0, 0];
  for (const { ms, costs } of started) {
    sum += costs[limit]!;
    while (started[first]!.ms <= ms - lengthMs + 5e-7) sum -= started[first++]!.costs[limit]!;
    most = Math.max(most, sum);
  }
  return most;
}

Deno.test("WeightedLimiter keeps to all its limits, whichever is the tighter", async () => {
  const starts = new Starts([REQUESTS, TOKENS]);
  for (const cost of [10, 10, 500, 300]) starts.call(1, cost);
  assertEquals(starts.limiter.waiting, 3);
  await starts.clock.tick("10m");
  // A start a second; after 520 tokens, of which 20 came back in 2 s, the last waits for 200 at 10 a second.
  assertEquals(starts.timesMs, [0, 1_000, 2_000, 22_000]);
  assertEquals(starts.clock.pending, 0);
});

Deno.test("WeightedLimiter takes of no limit where another holds the start back", () => {
  const starts = new Starts([{ ...REQUESTS, burst: 10 }, TOKENS]);
  starts.call(1, 600);
  assertEquals(starts.limiter.tryStart([1, 1]), false);
  assertEquals(starts.limiter.tryStart([1, 0]), true);
  for (let i = 0; i < 8; i++) assertEquals(starts.limiter.tryStart([1, 0]), true);
  assertEquals(starts.limiter.tryStart([1, 0]), false);
});

Deno.test("WeightedLimiter lets a cheap start wait for an expensive one before it", async () => {
  const starts = new Starts([TOKENS]);
  for (const cost of [600, 600, 1]) starts.call(cost);
  assertEquals(starts.limiter.waitMs([1]), 60_200);
  await starts.clock.tick("5m");
  assertEquals(starts.started.map(({ call }) => call), [0, 1, 2]);
  assertEquals(starts.timesMs, [0, 60_000, 60_100]);
});

Deno.test("WeightedLimiter starts the next at once where an expensive one leaves", () => {
  const starts = new Starts([TOKENS]);
  starts.call(500);
  const leave = starts.call(600);
  starts.call(50);
  leave();
  leave();
  return starts.clock.tick().then(() => {
    assertEquals(starts.timesMs, [0, 0]);
    assertEquals(starts.limiter.available, 50);
  });
});

Deno.test("WeightedLimiter.settle() gives back what was not needed, and charges what was", async () => {
  const starts = new Starts([TOKENS]);
  starts.call(500);
  const { ticket } = starts.started[0]!;
  starts.limiter.settle(ticket, [100]);
  assertEquals(starts.limiter.available, 500);
  starts.limiter.settle(ticket, [undefined]);
  assertEquals(starts.limiter.available, 500);
  starts.limiter.settle(ticket, [900]);
  assertEquals(starts.limiter.available, 0);
  assertEquals(starts.limiter.waitMs([100]), 40_000);
  starts.call(600);
  starts.limiter.settle(ticket, [0]);
  await starts.clock.tick();
  assertEquals(starts.timesMs, [0, 0]);
});

Deno.test("WeightedLimiter.settle() gives nothing back to a bucket that has been full since", async () => {
  const starts = new Starts([TOKENS]);
  starts.call(600);
  await starts.clock.tick("2m");
  starts.call(400);
  starts.limiter.settle(starts.started[0]!.ticket, [0]);
  assertEquals(starts.limiter.available, 200);
});

Deno.test("WeightedLimiter.giveBack() is as if nothing had started", () => {
  const starts = new Starts([{ ...REQUESTS, burst: 5 }, TOKENS]);
  starts.call(1, 600);
  assertEquals(starts.limiter.available, 0);
  starts.limiter.giveBack(starts.started[0]!.ticket);
  assertEquals(starts.limiter.available, 5);
});

Deno.test("WeightedLimiter.pause() stops all, and reset() ends it with full buckets", async () => {
  const starts = new Starts([TOKENS]);
  starts.call(600);
  starts.call(600);
  starts.limiter.pause(100_000);
  starts.limiter.pause(1_000);
  assertEquals(starts.limiter.waitMs([1]), 100_100);
  await starts.clock.tick("90s");
  assertEquals(starts.timesMs, [0]);
  starts.limiter.reset();
  await starts.clock.tick();
  assertEquals(starts.timesMs, [0, 90_000]);
  const { available } = starts.limiter;
  starts.limiter.settle(starts.started[0]!.ticket, [0]);
  assertEquals(starts.limiter.available, available);
});

Deno.test("WeightedLimiter.pause() says to each who waits when it starts, and what for", async () => {
  const clock = new FakeClock();
  const limiter = new WeightedLimiter([TOKENS], clock);
  const begin = clock.now();
  const [told, started]: [number[][], number[]] = [[], []];
  for (const cost of [600, 40, 60]) {
    const start = () => started.push(clock.now() - begin);
    limiter.enqueue(start, [cost], (...times) => told.push(times.map((ms) => ms! - begin)));
  }
  limiter.pause(5_000, "Retry-After");
  assertEquals(told, [[5_000, 5_000], [5_000, 9_000], [5_000, 15_000]]);
  assertEquals(told.map(([, startMs]) => limiter.waitReason(begin + startMs!)), [
    "Retry-After",
    "rate limit",
    "rate limit",
  ]);
  await clock.tick("15s");
  assertEquals(started, [5_000, 9_000, 15_000]);
  limiter.reset();
  assertEquals(limiter.waitReason(begin + 5_000), "rate limit");
});

Deno.test("WeightedLimiter.isIdle says whether nothing is lost with it", async () => {
  const starts = new Starts([TOKENS]);
  await starts.clock.tick("1s");
  assertEquals(starts.limiter.isIdle, true);
  starts.call(100);
  assertEquals(starts.limiter.isIdle, false);
  await starts.clock.tick("11s");
  assertEquals(starts.limiter.isIdle, true);
  starts.limiter.pause(1_000);
  assertEquals(starts.limiter.isIdle, false);
});

Deno.test("WeightedLimiter with `isStrict` fills no window twice, and says how long it takes", async () => {
  const starts = new Starts([{ ...TOKENS, isStrict: true }]);
  for (let i = 0; i < 3; i++) starts.call(400);
  assertEquals(starts.limiter.waitMs([600]), 120_000);
  await starts.clock.tick("10m");
  assertEquals(starts.timesMs, [0, 60_000, 120_000]);
});

const rate = fc.record({
  limit: fc.integer({ min: 1, max: 50 }),
  perMs: fc.constantFrom(100, 1_000, 7_000),
  burst: fc.integer({ min: 1, max: 60 }),
  isStrict: fc.boolean(),
  isWeighted: fc.constant(true),
});
const step = fc.record({
  kind: fc.constantFrom("call", "call", "call", "call", "leave", "pause", "giveBack", "settle", "reset" as const),
  gapMs: fc.integer({ min: 0, max: 400 }),
  shares: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 2 }),
  which: fc.nat(20),
});

/** The most that one start may take. */
function largest({ limit, burst, isStrict }: Rate): number {
  return isStrict ? Math.min(limit, burst) : burst;
}

Deno.test("WeightedLimiter is over no limit in any window and in order, whoever leaves, settles and pauses, timers late", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(rate, { minLength: 1, maxLength: 2 }),
      fc.array(step, { maxLength: 60 }),
      fc.boolean(),
      fc.array(fc.nat(300), { minLength: 1, maxLength: 5 }),
      async (rates, steps, isWhole, latenesses) => {
        let timers = 0;
        const clock = new LateClock(() => latenesses[timers++ % latenesses.length]!);
        const starts = new Starts(rates, clock);
        const leaves: (() => void)[] = [];
        const pauses: [number, number][] = [];
        let since = 0;
        for (const { kind, gapMs, shares, which } of steps) {
          await clock.tick(gapMs / 1_000);
          const taken = starts.started[which % Math.max(1, starts.started.length)];
          if (kind === "call") {
            const costs = rates.map((each, i) => shares[i]! * largest(each));
            leaves.push(starts.call(...isWhole ? costs.map(Math.ceil) : costs));
          } else if (kind === "leave") leaves[which % Math.max(1, leaves.length)]?.();
          else if (kind === "pause") {
            pauses.push([clock.now(), clock.now() + gapMs * 3]);
            starts.limiter.pause(gapMs * 3);
          } else if (kind === "settle" && taken !== undefined) {
            const costs = taken.costs.map((cost, i) => cost * shares[i]!);
            starts.limiter.settle(taken.ticket, costs);
            Object.assign(taken, { costs });
          } else if (kind === "reset" && which === 0) {
            // What was before is forgotten, and so it is here.
            starts.limiter.reset();
            pauses.length = 0;
            since = starts.started.length;
          }
        }
        await clock.tick("1h");
        assertEquals(starts.limiter.waiting, 0);
        const calls = starts.started.map(({ call }) => call);
        assertEquals(calls, calls.toSorted((a, b) => a - b));
        const judged = starts.started.slice(since);
        rates.forEach((each, i) => {
          const most = mostCostIn(judged, i, each.perMs);
          const bound = each.isStrict ? each.limit : each.limit + each.burst - 1;
          assert(most <= bound + 1e-6, `${most} of ${bound}, ${JSON.stringify(each)}`);
        });
        for (const { ms } of judged) {
          assert(!pauses.some(([from, until]) => ms > from && ms < until - 1e-6), `started in a pause, ${ms}`);
        }
        assertEquals(clock.pending, 0);
      },
    ),
    { numRuns: runs(300) },
  );
});

Deno.test("WeightedLimiter reaches the rate of its limits, timers late by up to 5 ms", async () => {
  const rates: Rate[] = [{ limit: 100, perMs: 1_000, burst: 1 }, {
    limit: 5_000,
    perMs: 1_000,
    burst: 500,
    isWeighted: true,
  }];
  const clock = new LateClock(() => 5);
  const starts = new Starts(rates, clock);
  for (let i = 0; i < 1_100; i++) starts.call(1, 50);
  await clock.tick("10s");
  assert(starts.started.length >= 990, `${starts.started.length}`);
});
