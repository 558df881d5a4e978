import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { roundAxis, ticksOf, timeStep } from "../../src/report/axis.ts";

Deno.test("roundAxis() reaches the largest value with three to six marks, for whatever it is", () => {
  fc.assert(fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), (max) => {
    const { end, step } = roundAxis(max);
    assert(end >= max * 0.998, `${end} for ${max}`);
    const marks = ticksOf(end, step, String).length;
    assert(marks >= 3 && marks <= 6, `${marks} for ${max}`);
  }));
});

Deno.test("roundAxis() of nothing is an axis, too", () => {
  for (const max of [0, -1, NaN]) assertEquals(roundAxis(max), { end: 1, step: 1 });
});

Deno.test("ticksOf() stand at equal distances from 0 to the end", () => {
  assertEquals(ticksOf(60, 20, String), [
    { at: 0, label: "0" },
    { at: 1 / 3, label: "20" },
    { at: 2 / 3, label: "40" },
    { at: 1, label: "60" },
  ]);
});

Deno.test("timeStep() is a length of time that people use", () => {
  const steps = [0.05, 7, 60, 600, 7_200, 86_400, 1e9].map((seconds) => timeStep(seconds, 8));
  assertEquals(steps, [0.01, 1, 10, 120, 900, 10_800, 172_800_000]);
});
