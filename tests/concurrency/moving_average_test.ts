import { assertAlmostEquals, assertEquals } from "@std/assert";
import { MovingAverage } from "../../src/concurrency/moving_average.ts";

Deno.test("MovingAverage.add() averages the first values plainly, and counts 2 / (window + 1) of each that follows", () => {
  const average = new MovingAverage(9, 2);
  assertEquals([average.value, average.add(10), average.add(20)], [0, 10, 15]);
  assertAlmostEquals(average.add(25), 17);
  average.scale(0.5);
  assertAlmostEquals(average.value, 8.5);
});
