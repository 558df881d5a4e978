import { type Call, stateOf } from "../call/call.ts";
import type { RetrySpending, ValueWatch } from "../attempt/retry_policy.ts";
import type { RetryBudget } from "../retry/retry_budget.ts";
import type { Clock } from "../time/clock.ts";

/**
 * How retries are taken from a budget.
 *
 * @param budget The budget, which others may share.
 * @param clock Says when a retry is taken.
 * @returns What the retries ask.
 */
export function retrySpending(budget: RetryBudget, clock: Clock): RetrySpending {
  return {
    take(state) {
      if (!budget.tryWithdraw()) return false;
      state.retryTaken = { atMs: clock.now(), attempts: state.attemptCount };
      return true;
    },
    depositing: (watch) => depositing(budget, watch),
    givingBack: (rounds) => (call, delayMs) =>
      rounds(call, delayMs).catch((error) => {
        const { retryTaken, attemptCount } = stateOf(call);
        if (retryTaken?.attempts === attemptCount) budget.giveBack(retryTaken.atMs);
        throw error;
      }),
  };
}

function depositing(budget: RetryBudget, { onValue, onValueOf }: ValueWatch): ValueWatch {
  const deposit = (value: unknown) => {
    budget.deposit();
    return onValue === undefined ? value : onValue(value);
  };
  const depositOf = onValueOf && ((value: unknown, call: Call) => {
    budget.deposit();
    return onValueOf(value, call);
  });
  return { onValue: deposit, onValueOf: depositOf };
}
