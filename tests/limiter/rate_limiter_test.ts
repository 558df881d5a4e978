import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { FakeClock } from "@opero/core/testing";
import type { Timer } from "../../src/time/clock.ts";
import type { Rate } from "../../src/limiter/rate.ts";
import { RateLimiter } from "../../src/limiter/rate_limiter.ts";
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
  await starts.clock.tick("100ms");
  // Full at 200 ms, and spared for another 100.
  assertEquals(starts.limiter.isIdle, false);
  await starts.clock.tick("1ms");
  assertEquals(starts.limiter.isIdle, true);
});

const gaps = fc.array(fc.oneof(fc.nat(30), fc.constantFrom(0, 0, 0, 0.1, 5_000)), {
  minLength: 1,
  maxLength: 120,
  size: "max",
});

/** Rates at which no window may go over: whole and broken limits, spaced widely and so that timers are too coarse. */
const strictRates = fc.record({
  limit: fc.oneof(
    fc.integer({ min: 1, max: 60 }),
    fc.double({ min: 0.3, max: 40, noNaN: true }),
    fc.integer({ min: 200, max: 2_000 }),
  ),
  perMs: fc.constantFrom(20, 100, 1_000, 60_000),
  burst: fc.oneof({ weight: 2, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 2, max: 10 }) }),
}).filter(({ limit, perMs }) => perMs / limit >= 0.1);

/** Calls that come one by one and in crowds, and leave again. */
const crowds = fc.array(
  fc.record({
    afterMs: fc.constantFrom(0, 0.01, 0.3, 2, 9, 40, 500, 5_000),
    calls: fc.constantFrom(1, 1, 2, 30, 300),
    leave: fc.boolean(),
  }),
  { minLength: 1, maxLength: 30, size: "max" },
);

const lateness = fc.array(fc.constantFrom(0, 0, 0.2, 1.1, 8, 30, 250, 1_500), { minLength: 1, maxLength: 8 });

Deno.test("RateLimiter lets no more start in any window than the limit, however late timers are and whenever calls come", async () => {
  await fc.assert(
    fc.asyncProperty(strictRates, crowds, lateness, async (rate, crowds, latenessMs) => {
      let timers = 0;
      const clock = new LateClock(() => latenessMs[timers++ % latenessMs.length]!);
      const starts = new Starts(rate, clock);
      for (const { afterMs, calls, leave } of crowds) {
        await clock.tick(afterMs / 1_000);
        for (let call = 0; call < calls; call++) {
          const giveUp = starts.call();
          if (leave && call % 3 === 0) giveUp();
        }
      }
      await clock.tick("30d");
      assertEquals(clock.pending, 0);
      const atOnce = Math.ceil(rate.limit);
      const windowMs = atOnce * rate.perMs / rate.limit;
      // A burst may come again in the next window, where the bucket was full in between or lateness is caught up.
      for (const windows of rate.burst === 1 ? [1, 2, 7] : [1]) {
        const most = mostInWindow(starts.timesMs, windows * windowMs);
        const bound = windows * atOnce + rate.burst - 1;
        assert(most <= bound, `${most} starts in ${windows} windows of ${windowMs} ms, bound ${bound}`);
      }
    }),
    { numRuns: runs(250) },
  );
});

/** A clock that goes on while a call keeps the thread busy. */
class BusyClock extends LateClock {
  #busyMs = 0;

  override now(): number {
    return super.now() + this.#busyMs;
  }

  keepBusy(ms: number): void {
    this.#busyMs += ms;
  }
}

Deno.test("RateLimiter.began() counts a call from when it begins, which those before it may have put off", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 200 }),
      fc.array(fc.constantFrom(0, 0.5, 3, 20), { minLength: 1, maxLength: 7 }),
      lateness,
      async (limit, busyMs, latenessMs) => {
        let timers = 0;
        const clock = new BusyClock(() => latenessMs[timers++ % latenessMs.length]!);
        const limiter = new RateLimiter({ limit, perMs: 1_000, burst: 1 }, clock);
        const begunMs: number[] = [];
        const begin = () => {
          begunMs.push(clock.now());
          clock.keepBusy(busyMs[begunMs.length % busyMs.length]!);
        };
        for (let call = 0; call < 4 * limit; call++) {
          if (limiter.tryStart()) {
            // What lies between the two takes its time.
            const ticket = limiter.ticket!;
            clock.keepBusy(2);
            limiter.began(ticket, clock.now());
            begin();
          } // As calls do: they go on once all whose turn it is have been told.
          else limiter.enqueue((ticket) => Promise.resolve().then(() => (limiter.began(ticket, clock.now()), begin())));
        }
        await clock.tick("1h");
        assertEquals(begunMs.length, 4 * limit);
        const most = mostInWindow(begunMs, 1_000);
        assert(most <= limit, `${most} in a window of a limit of ${limit}`);
      },
    ),
    { numRuns: runs(100) },
  );
});

for (const limit of [1, 10, 50, 90, 200, 1_000, 5_000]) {
  Deno.test(`RateLimiter reaches 99 % of ${limit} a second over 5 s where each timer is a few milliseconds late`, async () => {
    const latenessMs = [1.1, 0.3, 4, 1.1, 7, 2];
    let timers = 0;
    const starts = new Starts(
      { limit, perMs: 1_000, burst: 1 },
      new LateClock(() => latenessMs[timers++ % latenessMs.length]!),
    );
    const begin = starts.clock.now();
    for (let call = 0; call < 5 * limit; call++) starts.call();
    await starts.clock.tick("1m");
    const tookMs = starts.timesMs.at(-1)! - begin;
    const idealMs = 5_000 - 1_000 / limit;
    assert(tookMs >= idealMs && tookMs <= idealMs / 0.99, `${tookMs} ms, ideal ${idealMs} ms`);
    assert(mostInWindow(starts.timesMs, 1_000) <= limit);
  });
}

Deno.test("RateLimiter owes those who wait up to a second of lateness, and no more", async () => {
  const startedAtOnce = async (lateMs: number) => {
    let timers = 0;
    const starts = new Starts(
      { limit: 100, perMs: 2_000, burst: 1 },
      new LateClock(() => timers++ === 0 ? lateMs : 0),
    );
    for (let call = 0; call < 100; call++) starts.call();
    await starts.clock.tick("1m");
    return starts.timesMs.filter((ms) => ms === starts.timesMs[1]).length;
  };
  // One each 20 ms.
  assertEquals([await startedAtOnce(0), await startedAtOnce(200)], [1, 11]);
  assertEquals([await startedAtOnce(1_000), await startedAtOnce(30_000)], [51, 51]);
});

Deno.test("RateLimiter catches up on nothing where nobody waited", async () => {
  const starts = new Starts({ limit: 100, perMs: 1_000, burst: 1 });
  for (let call = 0; call < 20; call++) {
    starts.call();
    await starts.clock.tick("50ms");
  }
  for (let call = 0; call < 5; call++) starts.call();
  await starts.clock.tick("1s");
  assertEquals(starts.timesMs.slice(-5).map((ms) => ms - starts.timesMs.at(-5)!), [0, 10, 20, 30, 40]);
});

Deno.test("RateLimiter.waitMs() foresees the start of a call that comes now, also while others catch up", async () => {
  let timers = 0;
  const clock = new LateClock(() => timers++ === 0 ? 400 : 0);
  const starts = new Starts({ limit: 10, perMs: 1_000, burst: 1 }, clock);
  const foreseen: number[] = [];
  for (let call = 0; call < 10; call++) starts.call();
  await clock.tick("550ms");
  assertEquals(starts.timesMs.length, 6);
  for (let call = 0; call < 8; call++) {
    foreseen.push(clock.now() + starts.limiter.waitMs());
    starts.call();
  }
  await clock.tick("1m");
  assertEquals(starts.timesMs.slice(-8).map(Math.round), foreseen.map(Math.round));
});

Deno.test("RateLimiter.isIdle is false while a new limiter would let one too many through", async () => {
  const starts = new Starts({ limit: 4, perMs: 1_000, burst: 1 }, new LateClock(() => 450));
  for (let call = 0; call < 3; call++) starts.call();
  // At 0, and two after the lateness at 700.
  await starts.clock.tick("1500ms");
  assertEquals([starts.timesMs.length, starts.limiter.isIdle], [3, false]);
  await starts.clock.tick("299ms");
  assertEquals(starts.limiter.isIdle, false);
  await starts.clock.tick("1ms");
  assertEquals(starts.limiter.isIdle, true);
});

/** A clock whose timers can be made to never fire, as a test does that ends its fake timers. */
class DyingClock extends FakeClock {
  #dead = new Set<Timer>();
  #live = new Set<Timer>();

  override setTimer(ms: number, callback: () => void): Timer {
    const timer = super.setTimer(ms, callback);
    this.#live.add(timer);
    const isDead = () => this.#dead.has(timer);
    return {
      cancel: () => timer.cancel(),
      get isStale() {
        return isDead();
      },
    };
  }

  killTimers(): void {
    for (const timer of this.#live) timer.cancel();
    this.#dead = this.#live;
    this.#live = new Set();
  }
}

Deno.test("RateLimiter goes on with a new timer where the old one can never fire", async () => {
  const clock = new DyingClock();
  const starts = new Starts(TEN_A_SECOND, clock);
  const begin = clock.now();
  starts.call();
  starts.call();
  clock.killTimers();
  await clock.tick("50ms");
  starts.call();
  assertEquals(clock.pending, 1);
  await clock.tick("1s");
  assertEquals(starts.timesMs.map((ms) => ms - begin), [0, 100, 200]);
});

Deno.test("RateLimiter starts as many as may come in a window that is shorter than timers can tell", async () => {
  const starts = new Starts({ limit: 20, perMs: 1, burst: 1 }, new LateClock(() => 1));
  const begin = starts.clock.now();
  for (let call = 0; call < 2_000; call++) starts.call();
  await starts.clock.tick("1m");
  const tookMs = starts.timesMs.at(-1)! - begin;
  assert(tookMs <= 250, `${tookMs} ms`);
  assert(mostInWindow(starts.timesMs, 1) <= 20);
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

Deno.test("RateLimiter stays within 1 % in every window over 10 000 a second, whenever calls come", async () => {
  const cases = fc.record({
    perMs: fc.constantFrom(10, 100, 1_000),
    perSecond: fc.integer({ min: 10_001, max: 60_000 }),
    crowds: fc.array(
      fc.record({ afterMs: fc.constantFrom(0, 0.01, 0.3, 2, 9, 40, 500), calls: fc.constantFrom(1, 30, 700, 9_000) }),
      { minLength: 1, maxLength: 12 },
    ),
    latenessMs: fc.array(fc.constantFrom(0, 0.2, 1.1, 8, 30), { minLength: 1, maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ perMs, perSecond, crowds, latenessMs }) => {
      const limit = Math.ceil(perSecond * perMs / 1_000);
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
    { numRuns: runs(15) },
  );
});

Deno.test("RateLimiter with a burst is a bucket of tokens in windows of any length, however late timers are", async () => {
  const rates = fc.record({
    limit: fc.double({ min: 0.5, max: 60, noNaN: true }),
    perMs: fc.constantFrom(1_000, 60_000),
    burst: fc.integer({ min: 3, max: 10 }),
  }).filter(({ limit, perMs, burst }) => (burst - 1) * perMs / limit >= 20);
  await fc.assert(
    fc.asyncProperty(rates, gaps, lateness, async (rate, gapsMs, latenessMs) => {
      let timers = 0;
      const starts = new Starts(rate, new LateClock(() => latenessMs[timers++ % latenessMs.length]!));
      await starts.callAfter(gapsMs);
      const intervalMs = rate.perMs / rate.limit;
      for (const intervals of [1, 2, 5, rate.limit, 3 * rate.limit]) {
        const most = mostInWindow(starts.timesMs, intervals * intervalMs);
        const bound = Math.ceil(intervals - 1e-9) + rate.burst - 1;
        assert(most <= bound, `${most} starts in ${intervals} intervals, bound ${bound}`);
      }
    }),
    { numRuns: runs(100) },
  );
});

function round(ms: number): number {
  return Math.round(ms * 1e3) / 1e3;
}

Deno.test("RateLimiter.pause() stops all, and what follows is spaced as ever", async () => {
  for (const rate of [TEN_A_SECOND, { ...TEN_A_SECOND, burst: 2 }, { limit: 20_000, perMs: 1_000, burst: 1 }]) {
    const starts = new Starts(rate);
    const begin = starts.clock.now();
    const paused: number[][] = [];
    starts.limiter.pause(5_000);
    starts.limiter.pause(1_000);
    assertEquals([starts.limiter.tryStart(), starts.limiter.available, starts.limiter.isIdle], [false, 0, false]);
    for (let i = 0; i < 3; i++) starts.call();
    for (let i = 0; i < 2; i++) {
      starts.limiter.enqueue(() => {}, undefined, (...times) => paused.push(times.map((ms) => round(ms! - begin))));
    }
    starts.limiter.pause(6_000);
    await starts.clock.tick("10s");
    const intervalMs = rate.perMs / rate.limit;
    const expected = [0, 1, 2, 3, 4].map((i) => round(6_000 + Math.max(0, i + 1 - rate.burst) * intervalMs));
    assertEquals(starts.timesMs.map((ms) => round(ms - begin)), expected.slice(0, 3));
    assertEquals(paused, expected.slice(3).map((startMs) => [6_000, startMs]));
    assertEquals(starts.clock.pending, 0);
  }
});

Deno.test("RateLimiter.reset() ends a pause, and starts who waits", async () => {
  const starts = new Starts({ ...TEN_A_SECOND, burst: 3 });
  const begin = starts.clock.now();
  starts.limiter.pause(Infinity);
  starts.call();
  starts.limiter.reset();
  await starts.clock.tick("1ms");
  assertEquals([starts.timesMs.map((ms) => ms - begin), starts.limiter.waiting, starts.limiter.available], [[0], 0, 2]);
});

Deno.test("RateLimiter.giveBack() lets another start in place of one that did not begin", () => {
  const starts = new Starts({ ...TEN_A_SECOND, burst: 2 });
  starts.call();
  starts.call();
  assertEquals(starts.limiter.available, 0);
  starts.limiter.giveBack();
  assertEquals(starts.limiter.available, 1);
});

Deno.test("RateLimiter lets at most `limit` start in any window where it is strict, at any rate and burst", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.nat(300), { minLength: 1, maxLength: 60 }),
      fc.array(fc.nat(200), { minLength: 1, maxLength: 5 }),
      async (limit, burst, gapsMs, latenesses) => {
        let timers = 0;
        const clock = new LateClock(() => latenesses[timers++ % latenesses.length]!);
        const starts = new Starts({ limit, perMs: 1_000, burst, isStrict: true }, clock);
        await starts.callAfter(gapsMs);
        assertEquals(starts.timesMs.length, gapsMs.length);
        const most = mostInWindow(starts.timesMs, 1_000);
        assert(most <= limit, `${most} of ${limit}`);
      },
    ),
    { numRuns: runs(200) },
  );
});
