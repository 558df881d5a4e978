import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { scaleText } from "../../bench/support/cluster/scale_text.ts";
import { type BenchResult, missedIn, type RowResult, verdictsOf } from "../../bench/support/result.ts";
import { quantile } from "../../bench/support/quantile.ts";
import { takeTurns } from "../../bench/support/take_turns.ts";
import { BARS } from "../../bench/bars.ts";

const spread = (median: number) => ({ median, low: median, high: median });
const row = (ours: number, rival: number): RowResult => ({
  name: "row",
  unit: "ns",
  timings: [
    { name: "ours", figure: spread(ours), ratio: spread(1) },
    { name: "rival", figure: spread(rival), ratio: spread(ours / rival) },
  ],
});

Deno.test("takeTurns() drops the first rounds, and takes ratios within a round", async () => {
  const order: string[] = [];
  let runs = 0;
  const contender = (name: string, factor: number) => ({
    name,
    before: () => order.push(`before ${name}`),
    run: () => {
      order.push(name);
      return factor * (1 + Math.floor(runs++ / 2));
    },
  });
  const timings = await takeTurns({
    name: "row",
    unit: "B",
    isReported: true,
    warmUps: 1,
    rounds: 2,
    contenders: [contender("a", 2), contender("b", 4)],
  });
  const [a, b] = [["before a", "a"], ["before b", "b"]];
  assertEquals(order, [a, b, b, a, a, b].flat());
  assertEquals(timings[0], { name: "a", figure: { median: 5, low: 4.2, high: 5.8 }, ratio: spread(1) });
  assertEquals([timings[1]!.figure.median, timings[1]!.ratio], [10, spread(0.5)]);
});

Deno.test("takeTurns() gives each every place as often, after each of the others as often", async () => {
  let order = "";
  const contender = (name: string) => ({ name, run: () => (order += name, 1) });
  const row = { name: "row", unit: "B", isReported: true, warmUps: 0 } as const;
  await takeTurns({ ...row, rounds: 6, contenders: [contender("a"), contender("b"), contender("c")] });
  assertEquals(order.match(/.../g), ["abc", "bca", "cab", "acb", "bac", "cba"]);
  order = "";
  const five = [..."abcde"].map(contender);
  await takeTurns({ ...row, rounds: 10, contenders: [five[0]!, ...five.slice(1)] });
  const rounds = order.match(/.{5}/g)!;
  for (const name of "abcde") {
    const places = rounds.map((round) => round.indexOf(name)).sort();
    assertEquals(places, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4], name);
  }
});

Deno.test("quantile() is linear between two figures, in whatever order they are", () => {
  assertEquals([quantile([3, 1, 2], 0.5), quantile([4, 1, 3, 2], 0.5), quantile([7], 0.9)], [2, 2.5, 7]);
});

Deno.test("verdictsOf() holds a row to its bars, the bar itself is met", () => {
  const isMet = (ours: number, bar: Parameters<typeof verdictsOf>[1]) =>
    verdictsOf(row(ours, 10), bar).map((each) => each.isMet);
  assertEquals(isMet(9, [{ beside: "rival", atMost: 0.9 }, { beside: "rival", atMost: 0.8 }]), [true, false]);
  assertEquals(isMet(99, [{ atLeast: 99 }, { atLeast: 99.5 }, { atMost: 99 }, { atMost: 98 }]), [
    true,
    false,
    true,
    false,
  ]);
  assertEquals(isMet(20, [{ beside: "rival", atMostMore: 10 }, { beside: "rival", atMostMore: 9 }]), [true, false]);
  assertThrows(() => isMet(1, [{ beside: "x", atMost: 1 }]), Error, 'Nobody in "row" is called "x"');
});

Deno.test("missedIn() counts a bar whose row was not measured as missed", () => {
  assertEquals(missedIn([]), Object.keys(BARS));
});

Deno.test("scaleText() tells from the caller's time for an item how long items keep all slots busy", () => {
  const caller = (broker: string, cost: number): RowResult => ({
    name: `10 000 tiny items over ${broker}, processor of the caller`,
    unit: "µs",
    timings: [{ name: "opmap", figure: spread(cost), ratio: spread(1) }],
  });
  const run = { day: "2026-11-27", machine: "one", isQuick: false, seconds: 60, growth: [] };
  const result: BenchResult = {
    ...run,
    sections: [{ title: "Items", rows: [caller("nats", 20), caller("redis", 25)] }],
  };
  const text = scaleText(result);
  assertMatch(text, /^\| 100 +\| 5 000 +\| 100 ms +\| 125 ms +\|$/m);
  assertMatch(text, /^\| any +\| any +\| at most 50 000 a second +\| at most 40 000 a second +\|$/m);
  assertMatch(scaleText({ ...result, sections: [] }), /written by the next full run/);
  assertMatch(scaleText({ ...result, isQuick: true }), /written by the next full run/);
});
