import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { RetryBudget, type RetryBudgetSettings } from "../../src/retry/retry_budget.ts";

const SETTINGS: RetryBudgetSettings = { ratio: 0.2, minPerSecond: 1, windowMs: 10_000 };

function budgetAt(settings: Partial<RetryBudgetSettings> = {}) {
  const time = { nowMs: 0, now: () => time.nowMs };
  return { time, budget: new RetryBudget({ ...SETTINGS, ...settings }, time) };
}

function withdrawAll(budget: RetryBudget): number {
  let count = 0;
  while (budget.tryWithdraw()) count++;
  return count;
}

Deno.test("RetryBudget has its reserve from the start, and no more", () => {
  assertEquals(withdrawAll(budgetAt().budget), 10);
  assertEquals(withdrawAll(budgetAt({ minPerSecond: 0 }).budget), 0);
});

Deno.test("RetryBudget gives one retry for five successes, fractions summed up", () => {
  const { budget } = budgetAt({ minPerSecond: 0 });
  for (let i = 0; i < 4; i++) budget.deposit();
  assertEquals(withdrawAll(budget), 0);
  budget.deposit();
  assertEquals(withdrawAll(budget), 1);
  for (let i = 0; i < 100; i++) budget.deposit();
  assertEquals(withdrawAll(budget), 20);
});

Deno.test("RetryBudget forgets what is older than its window, successes as well as retries", () => {
  const { budget, time } = budgetAt();
  for (let i = 0; i < 50; i++) budget.deposit();
  assertAlmostEquals(budget.balance, 20);
  time.nowMs = 9_999;
  assertAlmostEquals(budget.balance, 20);
  time.nowMs = 10_000;
  assertAlmostEquals(budget.balance, 10);
  assertEquals(withdrawAll(budget), 10);
  time.nowMs = 19_999;
  assertEquals(budget.tryWithdraw(), false);
  time.nowMs = 20_000;
  assertEquals(withdrawAll(budget), 10);
  time.nowMs = 10 ** 9;
  assertEquals(withdrawAll(budget), 10);
});

Deno.test("RetryBudget gets back a retry that was not made, unless it is forgotten anyway", () => {
  const { budget, time } = budgetAt();
  assertEquals(withdrawAll(budget), 10);
  time.nowMs = 5_000;
  budget.giveBack(0);
  assertAlmostEquals(budget.balance, 1);
  // At its place in the window: once that is forgotten, the balance is what it would be without it.
  time.nowMs = 10_000;
  assertAlmostEquals(budget.balance, 10);
  budget.giveBack(0);
  assertAlmostEquals(budget.balance, 10);
  time.nowMs = 10_500;
  assertEquals(budget.tryWithdraw(), true);
  budget.giveBack(10_500);
  assertAlmostEquals(budget.balance, 10);
});

Deno.test("RetryBudget keeps any window at the reserve and a share of the successes", () => {
  const steps = fc.array(fc.record({ waitMs: fc.nat(3_000), kind: fc.constantFrom("success", "retry", "retry") }));
  fc.assert(fc.property(steps, (steps) => {
    const { budget, time } = budgetAt();
    const successes: number[] = [];
    const retries: number[] = [];
    for (const { waitMs, kind } of steps) {
      time.nowMs += waitMs;
      if (kind === "success") {
        budget.deposit();
        successes.push(time.nowMs);
      } else if (budget.tryWithdraw()) retries.push(time.nowMs);
      // A slice is forgotten as a whole, so up to a tenth of the window earlier.
      const from = time.nowMs - SETTINGS.windowMs * 0.9;
      const count = (times: number[], fromMs: number) => times.filter((atMs) => atMs > fromMs).length;
      assert(count(retries, from) <= 10 + 0.2 * count(successes, time.nowMs - 2 * SETTINGS.windowMs) + 1e-6);
    }
  }));
});

Deno.test("RetryBudget reads the clock once a turn, where that can, and loses nothing that is given back", () => {
  const time = { nowMs: 0, turnMs: 0, now: () => time.nowMs, coarseNow: () => time.turnMs };
  const budget = new RetryBudget(SETTINGS, time);
  assert(budget.tryWithdraw());
  // The turn began before the slice that the retry was taken in.
  time.nowMs = 1_500;
  budget.giveBack(time.nowMs);
  assertAlmostEquals(budget.balance, 10);
  time.turnMs = 1_500;
  assertAlmostEquals(budget.balance, 10);
});
