import {
  nonEmptyString,
  numberThat,
  type OptionRule,
  type OptionRules,
  positiveFiniteDuration,
  validateOptions,
} from "../options/validate.ts";
import { RetryBudget } from "../retry/retry_budget.ts";
import { type Duration, parseDuration, toSeconds } from "../time/duration.ts";
import type { PolicyHost } from "./policy_host.ts";

/** How many retries there may be beside the calls that succeed. */
export interface RetryBudgetConfig {
  /**
   * How many retries each success allows: with 0.2 one for five.
   * @default 0.2
   */
  readonly ratio?: number | undefined;
  /**
   * How many retries a second there may be without any success. What a whole window has of them is there at the start.
   * @default 10
   */
  readonly minPerSecond?: number | undefined;
  /**
   * How long successes and retries count. They are forgotten a tenth of it at a time.
   * @default 10
   */
  readonly window?: Duration | undefined;
  /** Functions of an instance that give one name share one budget. */
  readonly name?: string | undefined;
}

const amount = numberThat("a finite number of at least 0", (value) => Number.isFinite(value) && value >= 0);

const FIELDS: OptionRules = {
  ratio: amount,
  minPerSecond: amount,
  window: positiveFiniteDuration,
  name: nonEmptyString,
};

/** What is in force where a field is left out. */
const DEFAULTS = { ratio: 0.2, minPerSecond: 10, window: 10 };

/** What the option `retryBudget` may be. */
export const budgetRule: OptionRule = {
  desired: 'true, false, or an object such as { ratio: 0.2, minPerSecond: 10, window: "10s" }',
  accepts: (value) =>
    typeof value === "boolean" || (typeof value === "object" && value !== null && !Array.isArray(value)),
};

/**
 * How `.options` shows the option.
 *
 * @param value The option as the user gave it.
 * @returns The fields in force, durations in seconds; `false` where the budget is off.
 */
export function showBudget(value: unknown): unknown {
  return value === false ? false : fill(value === true ? {} : value as RetryBudgetConfig);
}

/**
 * The budget that `retryBudget` asks for.
 *
 * @param option The option as the user gave it.
 * @param host What the instance provides for the policies.
 * @returns The budget, which functions that give one name share; `undefined` where it is off.
 * @throws {ConfigurationError} If a field is wrong, or other than those of another function that gives the name.
 */
export function openRetryBudget(
  option: boolean | RetryBudgetConfig | undefined,
  { task, clock, shared, hint }: Pick<PolicyHost, "task" | "clock" | "shared" | "hint">,
): RetryBudget | undefined {
  if (option === undefined || option === false) return undefined;
  if (option !== true) validateOptions(task, option, FIELDS, "retryBudget.", hint);
  const { name, ...filled } = fill(option === true ? {} : option);
  const { ratio, minPerSecond, window } = filled;
  const open = () => new RetryBudget({ ratio, minPerSecond, windowMs: parseDuration(window)! }, clock);
  return name === undefined ? open() : shared("retryBudget", name, filled, open);
}

function fill({ ratio, minPerSecond, window, name }: RetryBudgetConfig) {
  return {
    ratio: ratio ?? DEFAULTS.ratio,
    minPerSecond: minPerSecond ?? DEFAULTS.minPerSecond,
    window: window === undefined ? DEFAULTS.window : toSeconds(parseDuration(window)!),
    ...name === undefined ? {} : { name },
  };
}
