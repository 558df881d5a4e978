import { assertAlmostEquals, assertEquals } from "@std/assert";
import { HedgeBudget } from "../../src/hedge/hedge_budget.ts";
import { RetryBudget } from "../../src/retry/retry_budget.ts";

function takeAll(budget: HedgeBudget): number {
  let count = 0;
  while (budget.tryTake()) count++;
  return count;
}

Deno.test("HedgeBudget has ten hedges at the start, and a share for each call, fractions summed up", () => {
  const budget = new HedgeBudget(0.1, undefined);
  assertEquals(takeAll(budget), 10);
  for (let i = 0; i < 9; i++) budget.addCall();
  assertEquals(takeAll(budget), 0);
  budget.addCall();
  assertEquals(takeAll(budget), 1);
  for (let i = 0; i < 50; i++) budget.addCall();
  assertEquals(takeAll(budget), 5);
});

Deno.test("HedgeBudget never holds more than its reserve, whatever is added or given back", () => {
  const budget = new HedgeBudget(1, undefined);
  for (let i = 0; i < 1_000; i++) budget.addCall();
  budget.giveBack(0);
  assertEquals(takeAll(budget), 10);
  budget.giveBack(0);
  assertEquals(takeAll(budget), 1);
  assertEquals(takeAll(new HedgeBudget(0, undefined)), 10);
});

Deno.test("HedgeBudget takes from the retry budget as well, or from neither, and gives back to both", () => {
  const time = { nowMs: 0, now: () => time.nowMs };
  const retries = new RetryBudget({ ratio: 0, minPerSecond: 0.3, windowMs: 10_000 }, time);
  const budget = new HedgeBudget(0, retries);
  assertEquals(takeAll(budget), 3);
  assertAlmostEquals(retries.balance, 0);
  budget.giveBack(0);
  assertAlmostEquals(retries.balance, 1);
  assertEquals(takeAll(budget), 1);
  // Seven are left of the hedges, as those that the retry budget refused took none.
  time.nowMs = 10_000;
  assertEquals(takeAll(budget), 3);
  time.nowMs = 20_000;
  assertEquals(takeAll(budget), 3);
  time.nowMs = 30_000;
  assertEquals(takeAll(budget), 1);
  assertAlmostEquals(retries.balance, 2);
});
