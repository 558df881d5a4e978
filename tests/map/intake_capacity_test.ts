import { assertEquals } from "@std/assert";
import { IntakeCapacity } from "../../src/map/intake_capacity.ts";

Deno.test("IntakeCapacity.now follows its intake, up to the most that a run may use", () => {
  const intake = { capacity: 2 };
  const [bound, free] = [new IntakeCapacity(intake, 5), new IntakeCapacity(intake, Infinity)];
  const seen = [2, 5, 6, 1].map((capacity) => {
    intake.capacity = capacity;
    return [bound.now, free.now];
  });
  assertEquals(seen, [[2, 2], [5, 5], [5, 6], [1, 1]]);
});
