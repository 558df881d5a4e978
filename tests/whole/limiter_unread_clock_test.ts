import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { FakeClock } from "@opero/core/testing";
import type { Timer } from "../../src/time/clock.ts";
import { RateLimiter } from "../../src/limiter/rate_limiter.ts";

/** A clock that is set by hand and counts how often it is read. */
class HandClock extends FakeClock {
  readings = 0;
  nowMs = 0;

  override now(): number {
    this.readings++;
    return this.nowMs;
  }
}

Deno.test("RateLimiter.tryStart() seldom reads the clock at a rate that no timer could space", () => {
  const clock = new HandClock();
  const limiter = new RateLimiter({ limit: 1e9, perMs: 1_000, burst: 1 }, clock);
  for (let i = 0; i < 1_000_000; i++) assert(limiter.tryStart());
  assertEquals(clock.readings, 1);
});

Deno.test("RateLimiter.tryStart() reads the clock for each start at a rate that timers can space", () => {
  const clock = new HandClock();
  const limiter = new RateLimiter({ limit: 1_000, perMs: 1_000, burst: 1 }, clock);
  assertEquals([limiter.tryStart(), limiter.tryStart()], [true, false]);
  clock.nowMs = 1;
  assertEquals([limiter.tryStart(), limiter.tryStart()], [true, false]);
});

Deno.test("RateLimiter.tryStart() goes over the limit by 1 % at most in any window, whenever it is asked", () => {
  const limit = 20_000;
  const pausesMs = fc.array(fc.double({ min: 0, max: 40, noNaN: true }), { minLength: 50, maxLength: 80 });
  fc.assert(
    fc.property(pausesMs, fc.integer({ min: 1, max: 2_000 }), (pauses, calls) => {
      const clock = new HandClock();
      const limiter = new RateLimiter({ limit, perMs: 1_000, burst: 1 }, clock);
      const starts: number[] = [];
      for (const pauseMs of pauses) {
        for (let i = 0; i < calls; i++) if (limiter.tryStart()) starts.push(clock.nowMs);
        clock.nowMs += pauseMs;
      }
      for (let first = 0, last = 0; last < starts.length; last++) {
        while (starts[last]! - starts[first]! >= 1_000) first++;
        assert(last - first + 1 <= limit * 1.01 + 1, `${last - first + 1} starts in a second`);
      }
      assertShortWindows(starts, limit);
    }),
    { numRuns: 30 },
  );
});

/** Also within 10 ms there are no more than the rate allows and the share of a second that may go over. */
function assertShortWindows(starts: readonly number[], limit: number): void {
  for (let first = 0, last = 0; last < starts.length; last++) {
    while (starts[last]! - starts[first]! >= 10) first++;
    assert(last - first + 1 <= limit / 100 + limit / 100 + 1);
  }
}

/** A clock and its one timer, both moved by hand. */
class ManualClock extends HandClock {
  fire: (() => void) | undefined = undefined;

  override setTimer(_ms: number, callback: () => void): Timer {
    this.fire = callback;
    return { cancel: () => {} };
  }
}

const QUICK_RATES = [{ limit: 20_000, perMs: 1_000 }, { limit: 5_000, perMs: 100 }, { limit: 500, perMs: 10 }];

for (const { limit, perMs } of QUICK_RATES) {
  Deno.test(`RateLimiter of ${limit} in ${perMs} ms stays within 1 % in the fullest window that can be made`, () => {
    const clock = new ManualClock();
    clock.nowMs = 1_000;
    const limiter = new RateLimiter({ limit, perMs, burst: 1 }, clock);
    let started = 0;
    let waiting = limit / 20;
    const startAll = () => {
      while (limiter.tryStart()) started++;
    };
    startAll();
    // A crowd that a late timer lets in: what is caught up comes at one moment, and with it all that follows.
    started = 0;
    for (let call = limit / 20; call > 0; call--) limiter.enqueue(() => void (started++, waiting--));
    clock.nowMs += perMs;
    const untilMs = clock.nowMs + perMs;
    while (clock.nowMs < untilMs) {
      clock.fire!();
      startAll();
      clock.nowMs += waiting > 0 ? perMs / limit / 40 : limiter.waitMs() + 1e-6;
    }
    assert(started > limit, `${started}`);
    assert(started <= limit * 1.01, `${started} starts`);
  });

  Deno.test(`RateLimiter of ${limit} in ${perMs} ms stays within 1 % where starts were counted long before they came`, () => {
    const clock = new ManualClock();
    clock.nowMs = 1_000;
    const limiter = new RateLimiter({ limit, perMs, burst: 1 }, clock);
    assert(limiter.tryStart());
    // All that need no reading of the clock come ten seconds later, and those of a window after them.
    clock.nowMs += 10_000;
    let started = 0;
    const untilMs = clock.nowMs + perMs;
    for (; clock.nowMs < untilMs; clock.nowMs += limiter.waitMs() + 1e-6) while (limiter.tryStart()) started++;
    assert(started >= limit, `${started}`);
    assert(started <= limit * 1.006, `${started} starts`);
  });
}
