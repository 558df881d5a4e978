import type { NameOptions, OperoOptions } from "../engine/opero_options.ts";
import type { ArgFallbackOptions } from "../layers/arg_fallback.ts";
import type { CacheOptions } from "../layers/cache.ts";
import type { CircuitBreakerOptions } from "../layers/circuit_breaker.ts";
import type { ConcurrencyOptions } from "../layers/concurrency.ts";
import type { DeadlineOptions } from "../layers/deadline.ts";
import type { FailOnOptions } from "../layers/fail_on.ts";
import type { FallbackOptions } from "../layers/fallback.ts";
import type { HedgeOptions } from "../layers/hedge.ts";
import type { RateLimitOptions } from "../layers/rate_limit.ts";
import type { ReraiseOptions } from "../layers/reraise.ts";
import type { RetryOptions } from "../layers/retry.ts";
import type { SignalOptions } from "../layers/signal.ts";
import type { TimeoutOptions } from "../layers/timeout.ts";
import type { ProgressState } from "../progress/progress.ts";
import type { OnError, OpmapOptions } from "../map/opmap_options.ts";

/** The options that the light door has of its own. */
export type EverydayOption =
  | Exclude<keyof RetryOptions, "retryBudget">
  | keyof ReraiseOptions
  | keyof FailOnOptions
  | keyof TimeoutOptions
  | keyof DeadlineOptions
  | keyof FallbackOptions
  | keyof SignalOptions
  | keyof NameOptions;

/** The options of each policy that can be passed in, by its name. */
export interface ExtraOptionNames {
  /** Alternatives for an argument. */
  readonly argFallback: keyof ArgFallbackOptions;
  /** Results that are kept. */
  readonly cache: keyof CacheOptions;
  /** No calls to what fails. */
  readonly circuitBreaker: keyof CircuitBreakerOptions;
  /** Attempts at once. */
  readonly concurrency: keyof ConcurrencyOptions;
  /** Another attempt while one is slow. */
  readonly hedge: keyof HedgeOptions;
  /** Starts per time. */
  readonly rateLimit: keyof RateLimitOptions;
  /** Retries beside the calls that succeed. */
  readonly retryBudget: "retryBudget";
}

/** The name of a policy that can be passed in. */
export type ExtraPolicyName = keyof ExtraOptionNames;

/** The options of `opero` of the light door, and of the policies `Names` that were passed in. */
export type LightOptions<
  // deno-lint-ignore no-explicit-any -- options that stand on their own have to fit every function
  Args extends readonly unknown[] = any[],
  // deno-lint-ignore no-explicit-any -- as above
  Value = any,
  Names extends ExtraPolicyName = never,
> = Pick<OperoOptions<Args, Value>, EverydayOption | ExtraOptionNames[Names]>;

/** The options of `opmap` of the light door: those of `opero`, which hold for each item, and those of the map. */
export type LightMapOptions<
  // deno-lint-ignore no-explicit-any -- options that stand on their own have to fit every function
  Item = any,
  // deno-lint-ignore no-explicit-any -- as above
  Value = any,
  Errors extends OnError = OnError,
  Names extends ExtraPolicyName = never,
> =
  & LightOptions<[Item], Value, Names>
  & Pick<OpmapOptions<Item, Value, Errors>, "workers" | "ordered" | "onError">
  & {
    /**
     * Where the items run: on this thread, functions of any kind or async ones only. Pools of workers are in `@opero/core`.
     * @default "thread"
     */
    readonly mode?: "thread" | "async" | undefined;
    /**
     * What is called after every item. The bar on stderr is in `@opero/core`.
     * @default false
     */
    readonly progress?: false | ((state: ProgressState) => void) | undefined;
  };
