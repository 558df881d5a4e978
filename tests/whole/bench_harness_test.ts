import { assertEquals, assertThrows } from "@std/assert";
import { missedIn, type RowResult, verdictsOf } from "../../bench/support/result.ts";
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

Deno.test("takeTurns() lets each run after each, drops the first rounds, and takes ratios within a round", async () => {
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
