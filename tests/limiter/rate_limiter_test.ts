import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { FakeClock } from "@opero/core/testing";
import { type Rate, RateLimiter } from "../../src/limiter/rate_limiter.ts";
import { LateClock } from "../support/late_clock.ts";
import { mostInWindow } from "../support/most_in_window.ts";
import { runs } from "../support/runs.ts";

/** Starts calls at once or in turn, and notes when each began. */
class Starts {
  readonly timesMs: number[] = [];
  readonly limiter: RateLimiter;
  readonly clock: FakeClock;

  constructor(rate: Rate, clock: FakeClock = new FakeClock()) {
    this.limiter = new RateLimiter(rate, clock);
    this.clock = clock;
  }

  /** Answers how to give the place up. */
  call(): () => void {
    const start = () => void this.timesMs.push(this.clock.now());
    if (!this.limiter.tryStart()) return this.limiter.enqueue(start);
    start();
    return () => {};
  }

  /** A call after each gap; then all the time that it may take. */
  async callAfter(gapsMs: readonly number[], afterCall: (leave: () => void, i: number) => void = () => {}) {
    for (const [i, gapMs] of gapsMs.entries()) {
      await this.clock.tick(gapMs / 1_000);
      afterCall(this.call(), i);
    }
    await this.clock.tick("1d");
  }
}

const TEN_A_SECOND = { limit: 10, perMs: 1_000, burst: 1 };

Deno.test("RateLimiter spaces starts by per / limit, in the order of the calls", async () => {
  const clock = new FakeClock();
  const limiter = new RateLimiter(TEN_A_SECOND, clock);
  const begin = clock.now();
  const started: [number, number][] = [];
  for (let call = 0; call < 4; call++) {
    if (limiter.tryStart()) started.push([call, 0]);
    else limiter.enqueue(() => started.push([call, clock.now() - begin]));
  }
  assertEquals(limiter.waitMs(), 400);
  await clock.tick("1s");
  assertEquals(started, [[0, 0], [1, 100], [2, 200], [3, 300]]);
  assertEquals(clock.pending, 0);
});

Deno.test("RateLimiter lets nobody overtake those who wait", async () => {
  const clock = new FakeClock();
  const limiter = new RateLimiter(TEN_A_SECOND, clock);
  limiter.tryStart();
  const started: string[] = [];
  clock.setTimer(100, () => started.push(`overtaker ${limiter.tryStart()}`));
  limiter.enqueue(() => started.push("first"));
  await clock.tick("150ms");
  assertEquals(started, ["overtaker false", "first"]);
});

Deno.test("RateLimiter gives the place of one who leaves to the next", async () => {
  const starts = new Starts(TEN_A_SECOND);
  const begin = starts.clock.now();
  starts.call();
  const leaves = [starts.call(), starts.call(), starts.call()];
  leaves[0]!();
  leaves[0]!();
  leaves[1]!();
  assertEquals(starts.limiter.waitMs(), 200);
  await starts.clock.tick("1s");
  assertEquals(starts.timesMs.map((ms) => ms - begin), [0, 100]);
});

Deno.test("RateLimiter leaves no timer once all have left", () => {
  const starts = new Starts(TEN_A_SECOND);
  const leaves = Array.from({ length: 5 }, () => starts.call());
  assertEquals(starts.clock.pending, 1);
  leaves.forEach((leave) => leave());
  assertEquals(starts.clock.pending, 0);
});

Deno.test("RateLimiter goes on when a start leaves another's place, or asks for another start", async () => {
  const clock = new FakeClock();
  const limiter = new RateLimiter(TEN_A_SECOND, clock);
  const begin = clock.now();
  limiter.tryStart();
  const started: [string, number][] = [];
  const note = (name: string) => started.push([name, clock.now() - begin]);
  limiter.enqueue(() => {
    note("a");
    leaveB();
    limiter.enqueue(() => note("d"));
  });
  const leaveB = limiter.enqueue(() => note("b"));
  limiter.enqueue(() => note("c"));
  await clock.tick("1s");
  assertEquals(started, [["a", 100], ["c", 200], ["d", 300]]);
  assertEquals(clock.pending, 0);
});

Deno.test("RateLimiter.isIdle says whether nothing is lost with it", async () => {
  const starts = new Starts(TEN_A_SECOND);
  assertEquals(starts.limiter.isIdle, true);
  starts.call();
  starts.call();
  assertEquals(starts.limiter.isIdle, false);
  await starts.clock.tick("199ms");
  assertEquals(starts.limiter.isIdle, false);
  await starts.clock.tick("1ms");
  assertEquals(starts.limiter.isIdle, true);
});

const gaps = fc.array(fc.oneof(fc.nat(30), fc.constantFrom(0, 0, 0, 0.1, 5_000)), {
  minLength: 1,
  maxLength: 120,
  size: "max",
});

Deno.test("RateLimiter lets no more start in any window than it may, at 10 ms and more, however late timers are", async () => {
  const cases = fc.record({
    limit: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.double({ min: 0.5, max: 100, noNaN: true })),
    intervalMs: fc.double({ min: 10, max: 200, noNaN: true }),
    burst: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 10 })),
    gapsMs: gaps,
    latenessMs: fc.array(fc.constantFrom(0, 0, 0.4, 3, 17, 250), { minLength: 1, maxLength: 10 }),
    leaves: fc.array(fc.boolean(), { minLength: 1, maxLength: 10 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ limit, intervalMs, burst, gapsMs, latenessMs, leaves }) => {
      let timers = 0;
      const clock = new LateClock(() => latenessMs[timers++ % latenessMs.length]!);
      const starts = new Starts({ limit, perMs: intervalMs * limit, burst }, clock);
      await starts.callAfter(gapsMs, (leave, i) => leaves[i % leaves.length] && leave());
      assertEquals(clock.pending, 0);
      for (const intervals of [1, 2, 5, limit, 3 * limit]) {
        const most = mostInWindow(starts.timesMs, intervals * intervalMs);
        const bound = Math.ceil(intervals - 1e-9) + burst - 1;
        assert(most <= bound, `${most} starts in ${intervals} intervals, bound ${bound}`);
      }
    }),
    { numRuns: runs(300) },
  );
});

/** When calls that arrive at `arrivalsMs` start: at once, or where a bucket of tokens has one again. */
function slowBucket(arrivalsMs: readonly number[], limit: number, burst: number): number[] {
  const intervalMs = 1_000 / limit;
  let tokens = burst;
  let atMs = -Infinity;
  return arrivalsMs.map((arrivalMs) => {
    const startMs = Math.max(arrivalMs, atMs);
    if (atMs !== -Infinity) tokens = Math.min(burst, tokens + (startMs - atMs) / intervalMs);
    const waitMs = Math.max(0, 1 - tokens) * intervalMs;
    tokens = Math.max(tokens, 1) - 1;
    return atMs = startMs + waitMs;
  });
}

Deno.test("RateLimiter agrees with a bucket of tokens on every start", async () => {
  const cases = fc.record({
    limit: fc.integer({ min: 1, max: 100 }),
    burst: fc.integer({ min: 1, max: 5 }),
    gapsMs: gaps,
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ limit, burst, gapsMs }) => {
      const starts = new Starts({ limit, perMs: 1_000, burst });
      const arrivalsMs: number[] = [];
      await starts.callAfter(gapsMs, () => void arrivalsMs.push(0));
      let nowMs = 1_000_000;
      const expectedMs = slowBucket(gapsMs.map((gapMs) => nowMs += gapMs), limit, burst);
      assertEquals(starts.timesMs.length, arrivalsMs.length);
      starts.timesMs.forEach((timeMs, i) => {
        assert(Math.abs(timeMs - expectedMs[i]!) < 1e-3, `start ${i} at ${timeMs}, expected ${expectedMs[i]}`);
      });
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("RateLimiter catches up late timers below 10 ms, and stays within 1 % in every window", async () => {
  const cases = fc.record({
    limit: fc.integer({ min: 200, max: 5_000 }),
    latenessMs: fc.array(fc.constantFrom(0, 0.2, 1.1, 4, 8, 30), { minLength: 1, maxLength: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ limit, latenessMs }) => {
      let timers = 0;
      const clock = new LateClock(() => latenessMs[timers++ % latenessMs.length]!);
      const starts = new Starts({ limit, perMs: 1_000, burst: 1 }, clock);
      for (let call = 0; call < 2.5 * limit; call++) starts.call();
      await clock.tick("1h");
      const most = mostInWindow(starts.timesMs, 1_000);
      assert(most <= limit * 1.01, `${most} starts in a window of a limit of ${limit}`);
    }),
    { numRuns: runs(30) },
  );
});

Deno.test("RateLimiter stays within 1 % in every window below 10 ms, whenever calls come", async () => {
  const cases = fc.record({
    limit: fc.integer({ min: 100, max: 2_000 }),
    perMs: fc.constantFrom(5, 100, 1_000),
    crowds: fc.array(
      fc.record({ afterMs: fc.constantFrom(0, 0.01, 0.3, 2, 9, 40, 500), calls: fc.constantFrom(1, 2, 30, 700) }),
      { minLength: 1, maxLength: 20, size: "max" },
    ),
    latenessMs: fc.array(fc.constantFrom(0, 0.2, 1.1, 8, 30), { minLength: 1, maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ limit, perMs, crowds, latenessMs }) => {
      fc.pre(perMs / limit < 10);
      let timers = 0;
      const clock = new LateClock(() => latenessMs[timers++ % latenessMs.length]!);
      const starts = new Starts({ limit, perMs, burst: 1 }, clock);
      for (const { afterMs, calls } of crowds) {
        await clock.tick(afterMs / 1_000);
        for (let call = 0; call < calls; call++) starts.call();
      }
      await clock.tick("1h");
      const most = mostInWindow(starts.timesMs, perMs);
      assert(most <= limit * 1.01, `${most} starts in a window of a limit of ${limit}`);
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("RateLimiter reaches 1 000 starts a second within 1 % where timers are a tick late", async () => {
  const starts = new Starts({ limit: 1_000, perMs: 1_000, burst: 1 }, new LateClock(() => 1.1));
  const begin = starts.clock.now();
  for (let call = 0; call < 3_000; call++) starts.call();
  await starts.clock.tick("1m");
  const tookMs = starts.timesMs.at(-1)! - begin;
  assert(Math.abs(tookMs - 2_999) <= 30, `${tookMs} ms`);
  const inASlice = mostInWindow(starts.timesMs, 100);
  assert(inASlice <= 110, `${inASlice} in 100 ms`);
});
