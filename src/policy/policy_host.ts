import type { LayerHost } from "../attempt/layer_host.ts";
import type { RetrySpending } from "../attempt/retry_policy.ts";
import type { CachedResults } from "../cache/results/cached_results.ts";
import type { FallbackParameters } from "../function_source/fallback_parameter.ts";
import type { Hint } from "../options/nearest_name.ts";
import type { RetryBudget } from "../retry/retry_budget.ts";

/** What a policy may use to make its layer for one wrapped function. */
export interface PolicyHost extends LayerHost {
  /** What cannot be done where an option is wrong, as in `wrap "fetchUser"`. */
  readonly task: string;
  /** Says what an unknown field of an option may mean. */
  readonly hint: Hint;
  /** The parameters with alternatives, where `argFallback` names some. */
  readonly parameters: FallbackParameters | undefined;
  /** The arguments that distinguish calls: all but those alternatives. */
  readonly keyArguments: (args: readonly unknown[]) => readonly unknown[];
  /** The cache of the function, where it has one. */
  readonly cache: CachedResults | undefined;
  /** What retries and hedges are taken from; `undefined` without `retryBudget`. */
  readonly budget: RetryBudget | undefined;
  /** How retries are taken from it. */
  readonly spending?: RetrySpending;
  /** Whether attempts run elsewhere, where they are given their `timeout`. */
  readonly isRemote: boolean;
  /** Distinguishes the fallback values by the arguments of an attempt; `undefined` without `argFallback`. */
  readonly fallbackKey: ((args: readonly unknown[]) => unknown) | undefined;
  /**
   * What functions of the instance share that give one `name` in `option`; `make` makes it for the first of them.
   *
   * @throws {ConfigurationError} If the settings are not those that the first function gave.
   */
  readonly shared: <Value>(
    option: string,
    name: string,
    settings: Readonly<Record<string, unknown>>,
    make: () => Value,
  ) => Value;
}
