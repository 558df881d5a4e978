import { retryPolicy } from "../layers/retry.ts";
import { budgetRule, openRetryBudget, showBudget } from "../policy/budget_fields.ts";
import type { PolicyHost } from "../policy/policy_host.ts";
import { retrySpending } from "../policy/retry_spending.ts";
import { globalValue } from "../runtime/global_value.ts";
import type { EnginePolicy, PipelineParts } from "./engine.ts";

/** The policy of the retries with a budget of them, which hedges are taken from, too. */
export const retryPart: EnginePolicy = {
  ...retryPolicy,
  rules: { ...retryPolicy.rules, retryBudget: budgetRule },
  show: { ...retryPolicy.show, retryBudget: showBudget },
  prepare: (parts, host) => {
    warnOfUnseenFailures(parts, host);
    return openBudget(parts, host);
  },
};

function openBudget({ options }: PipelineParts, host: PolicyHost): Partial<PolicyHost> {
  const budget = openRetryBudget(options.retryBudget, host);
  return budget === undefined ? {} : { budget, spending: retrySpending(budget, host.clock) };
}

/** Retries of `fetch` are hardly what they seem to be: to it every answer is a success. */
function warnOfUnseenFailures({ fn, options, registry }: PipelineParts, { functionName }: PolicyHost): void {
  if (options.retries === 0 || options.failOn !== undefined || fn !== globalValue("fetch")) return;
  registry.telemetry.warnOnce(
    "unseen failures",
    functionName,
    "fetch succeeds with a 503, too, so that is not retried: give 'failOn: isFailedResponse', or " +
      "'failOn: () => false' where only lost connections are to be retried",
  );
}
