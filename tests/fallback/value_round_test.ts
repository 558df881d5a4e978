import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { FALLBACK_STRATEGIES, type FallbackStrategy } from "../../src/fallback/fallback_strategy.ts";
import { ValueHealth } from "../../src/fallback/value_health.ts";
import { ValueRound } from "../../src/fallback/value_round.ts";
import { runs } from "../support/runs.ts";

const STRATEGIES = FALLBACK_STRATEGIES as readonly FallbackStrategy[];

/** So many values with their health, and rounds over them. */
function setUp(strategy: FallbackStrategy, count: number) {
  const clock = { ms: 0, now: () => clock.ms };
  const settings = { allowedFails: 2, windowMs: 10_000, cooldownMs: 5_000 };
  const values = Array.from({ length: count }, () => new ValueHealth(settings, clock));
  const turns = { latest: 0 };
  const round = (list = values) => new ValueRound({ strategy, turns }, list);
  const fail = (round: ValueRound, isRejected = false) => {
    round.fail({ nowMs: clock.ms, tookMs: 10, isRejected, retryAfterMs: 0 });
    round.leave(false);
    round.release();
  };
  /** Runs a whole round in which the values of `bad` fail; the indices that were tried. */
  const run = (bad: readonly number[] = [], isRejected = false) => {
    const each = round();
    const tried: number[] = [];
    for (let i = each.next(clock.ms); i !== undefined; i = each.next(clock.ms)) {
      tried.push(i);
      each.begin(i);
      if (bad.includes(i)) {
        fail(each, isRejected);
        continue;
      }
      each.succeed(clock.ms - 10, clock.ms);
      each.release();
      break;
    }
    return tried;
  };
  return { clock, values, round, run, fail };
}

Deno.test("ValueRound tries the first of the list with the strategy 'ordered'", () => {
  const { run } = setUp("ordered", 3);
  assertEquals([run(), run([0]), run(), run([0, 1], true), run()], [[0], [0, 1], [0], [0, 1, 2], [2]]);
});

Deno.test("ValueRound stays with the value that succeeded with the strategy 'sticky'", () => {
  const { clock, run } = setUp("sticky", 3);
  assertEquals([run(), run([0]), run(), run([1]), run()], [[0], [0, 1], [1], [1, 0], [0]]);
  assertEquals([run([0], true), run()], [[0, 1], [1]]);
  clock.ms = 60_000;
  assertEquals(run(), [1], "also once the first has cooled down");
});

Deno.test("ValueRound does not return to a value by an attempt with it that ends late, with 'sticky'", () => {
  const { round, run } = setUp("sticky", 2);
  run();
  const late = round();
  late.begin(late.next(0)!);
  assertEquals(run([0]), [0, 1]);
  late.succeed(-10, 0);
  assertEquals(run(), [1]);
});

Deno.test("ValueRound stays where the first of several calls found a value, with 'sticky'", () => {
  const { round, run, fail } = setUp("sticky", 3);
  run();
  const slow = round();
  slow.begin(slow.next(0)!);
  fail(slow);
  assertEquals(slow.next(0), 1);
  slow.begin(1);
  assertEquals(run([0, 1]), [0, 1, 2]);
  slow.succeed(-10, 0);
  assertEquals(run(), [2]);
});

Deno.test("ValueRound takes each in turn with 'round_robin', also where lists share some values", () => {
  const { values, round, run } = setUp("round_robin", 3);
  assertEquals([run(), run(), run(), run()], [[0], [1], [2], [0]]);
  const others = round([values[0]!, values[1]!]);
  assertEquals(others.next(0), 1, "that which was used longer ago");
});

Deno.test("ValueRound learns of each value, and takes the one that answers soonest, with 'least_latency'", () => {
  const { clock, round } = setUp("least_latency", 3);
  const took = [300, 100, 200];
  const chosen: number[] = [];
  for (let call = 0; call < 6; call++) {
    const each = round();
    const i = each.next(clock.ms)!;
    each.begin(i);
    each.succeed(clock.ms, clock.ms += took[i]!);
    each.release();
    chosen.push(i);
  }
  assertEquals(chosen, [0, 1, 2, 1, 1, 1]);
  const inFlight = [round(), round(), round()].map((each) => {
    const i = each.next(clock.ms)!;
    each.begin(i);
    return i;
  });
  assertEquals(inFlight, [1, 2, 1], "those in flight count");
});

Deno.test("ValueRound takes a value that fails for a slow one, and equals in turn, with 'least_latency'", () => {
  const { run } = setUp("least_latency", 2);
  assertEquals([run([0]), run(), run()], [[0, 1], [1], [1]]);
  const equals = setUp("least_latency", 3);
  const chosen = Array.from({ length: 6 }, () => equals.run()).flat();
  assertEquals(chosen, [0, 1, 2, 0, 1, 2]);
  const { values, round } = setUp("least_latency", 1);
  const lagging = round();
  lagging.begin(0);
  lagging.succeed(50, 0);
  lagging.release();
  assertEquals(values[0]!.load(0), 1, "a clock that lags makes no time negative");
});

Deno.test("ValueRound.fail() answers when a cooldown begins, not when it is made longer", () => {
  const { clock, round } = setUp("ordered", 1);
  const failure = { nowMs: 0, tookMs: 1, isRejected: true, retryAfterMs: 0 };
  const [first, second] = [round(), round()];
  for (const each of [first, second]) each.begin(each.next(clock.ms)!);
  assertEquals([first.fail(failure), second.fail({ ...failure, nowMs: 1 })], [5_000, 0]);
});

Deno.test("ValueRound tries the one that is due first where all cool down, and the others after it", () => {
  for (const strategy of STRATEGIES) {
    const { clock, run } = setUp(strategy, 3);
    const first = run([0, 1, 2], true);
    assertEquals(first.toSorted(), [0, 1, 2]);
    clock.ms = 1;
    assertEquals(run([0, 1, 2], true)[0], 0, strategy);
    clock.ms = 2;
    assertEquals([run([0]), run()], [[0, 1], [1]], "one that failed again is due later");
  }
});

Deno.test("ValueRound does not try a value that cools down after one failed that does not", () => {
  const { run } = setUp("ordered", 2);
  run([0], true);
  assertEquals([run([1]), run([1]), run()], [[1], [1, 0], [0]]);
});

Deno.test("ValueRound tries a value that cools down where the others were refused", () => {
  const { round, run, clock } = setUp("ordered", 2);
  run([0], true);
  const each = round();
  each.begin(each.next(clock.ms)!);
  each.leave(true);
  each.release();
  assertEquals([each.next(clock.ms), each.hasOthers], [0, false]);
});

Deno.test("ValueRound tries no value that cools down while another does not, none twice, and all come back", () => {
  const step = fc.record({
    bad: fc.uniqueArray(fc.nat(4)),
    isRejected: fc.boolean(),
    passesMs: fc.nat(6_000),
  });
  const property = fc.property(
    fc.constantFrom(...STRATEGIES),
    fc.integer({ min: 1, max: 5 }),
    fc.array(step, { maxLength: 40 }),
    (strategy, count, steps) => {
      const { clock, values, round, fail } = setUp(strategy, count);
      const last = new Array(count).fill(0);
      for (const { bad, isRejected, passesMs } of steps) {
        const each = round();
        const tried = new Set<number>();
        for (let i = each.next(clock.ms); i !== undefined; i = each.next(clock.ms)) {
          assert(!tried.has(i));
          const healthy = values.filter((value) => !value.isCooling(clock.ms));
          assert(!values[i]!.isCooling(clock.ms) || healthy.length === 0);
          if (healthy.length === 0) {
            const left = values.filter((_, place) => !tried.has(place)).map(({ coolUntilMs }) => coolUntilMs);
            assertEquals(values[i]!.coolUntilMs, Math.min(...left));
          }
          tried.add(i);
          last[i] = clock.ms;
          each.begin(i);
          if (bad.includes(i)) {
            fail(each, isRejected);
            continue;
          }
          each.succeed(clock.ms - 10, clock.ms);
          each.release();
          break;
        }
        assert(tried.size > 0);
        clock.ms += passesMs;
      }
      assertEquals(values.map(({ inFlight }) => inFlight), new Array(count).fill(0));
    },
  );
  fc.assert(property, { numRuns: runs(500) });
});

Deno.test("ValueRound gives each value its share with 'round_robin', however many calls are under way", () => {
  const property = fc.property(
    fc.integer({ min: 1, max: 6 }),
    fc.array(fc.boolean(), { minLength: 1, maxLength: 120 }),
    (count, begins) => {
      const { clock, round } = setUp("round_robin", count);
      const chosen = new Array(count).fill(0);
      const running: ValueRound[] = [];
      for (const isBegun of begins) {
        if (isBegun) {
          const each = round();
          const i = each.next(clock.ms)!;
          each.begin(i);
          chosen[i]++;
          running.push(each);
        } else running.shift()?.release();
        assert(Math.max(...chosen) - Math.min(...chosen) <= 1);
      }
    },
  );
  fc.assert(property, { numRuns: runs(300) });
});

Deno.test("ValueRound lets no value starve with 'round_robin' and 'least_latency'", () => {
  const property = fc.property(
    fc.constantFrom<FallbackStrategy>("round_robin", "least_latency"),
    fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 2, maxLength: 4 }),
    (strategy, took) => {
      const { clock, round } = setUp(strategy, took.length);
      const last = new Array(took.length).fill(0);
      // Latencies count for 10 s: after 10 s × ln(2 000) = 76 s the slowest is below the quickest.
      for (let call = 0; clock.ms < 400_000 && call < 4_000; call++) {
        const each = round();
        const i = each.next(clock.ms)!;
        each.begin(i);
        each.succeed(clock.ms, clock.ms += took[i]!);
        each.release();
        last[i] = clock.ms;
        clock.ms += 200;
        assert(Math.min(...last) >= clock.ms - 120_000, strategy);
      }
    },
  );
  fc.assert(property, { numRuns: runs(50) });
});
