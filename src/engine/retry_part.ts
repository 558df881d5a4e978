import { retryPolicy } from "../layers/retry.ts";
import { budgetRule, openRetryBudget, showBudget } from "../policy/budget_fields.ts";
import type { PolicyHost } from "../policy/policy_host.ts";
import { retrySpending } from "../policy/retry_spending.ts";
import { warnOfLikelyMistakes } from "./likely_mistakes.ts";
import type { EnginePolicy, PipelineParts } from "./engine.ts";

/** The policy of the retries with a budget of them, which hedges are taken from, too. */
export const retryPart: EnginePolicy = {
  ...retryPolicy,
  rules: { ...retryPolicy.rules, retryBudget: budgetRule },
  show: { ...retryPolicy.show, retryBudget: showBudget },
  prepare: (parts, host) => {
    warnOfLikelyMistakes(parts, host);
    return openBudget(parts, host);
  },
};

function openBudget({ options }: PipelineParts, host: PolicyHost): Partial<PolicyHost> {
  const budget = openRetryBudget(options.retryBudget, host);
  return budget === undefined ? {} : { budget, spending: retrySpending(budget, host.clock) };
}
