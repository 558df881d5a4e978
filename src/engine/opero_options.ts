import type { ArgFallbackOptions } from "../layers/arg_fallback.ts";
import type { CacheOptions, FilledCacheOptions } from "../layers/cache.ts";
import type { CircuitBreakerOptions } from "../layers/circuit_breaker.ts";
import type { ConcurrencyOptions } from "../layers/concurrency.ts";
import type { DeadlineOptions } from "../layers/deadline.ts";
import type { FailOnOptions } from "../layers/fail_on.ts";
import type { FallbackOptions } from "../layers/fallback.ts";
import type { HedgeOptions } from "../layers/hedge.ts";
import type { RateLimitOptions } from "../layers/rate_limit.ts";
import type { FilledReraiseOptions, ReraiseOptions } from "../layers/reraise.ts";
import type { FilledRetryOptions, RetryOptions } from "../layers/retry.ts";
import type { SignalOptions } from "../layers/signal.ts";
import type { TimeoutOptions } from "../layers/timeout.ts";
import type { LayersOptions } from "../policy/custom_layers.ts";
import type { Filled } from "../policy/policy.ts";

/** How `currentCall()` finds its call. */
export interface ContextOptions {
  /**
   * Whether `currentCall()` answers only before the function's first `await`, which is free, or
   * anywhere in it, through `AsyncLocalStorage`, which costs about half a microsecond a call.
   * @default "sync"
   */
  readonly context?: "sync" | "async" | undefined;
}

/** What the function is called. */
export interface NameOptions {
  /**
   * The function's name in messages, log lines, events and the identity of cached results, for functions that have
   * none of their own or one that says nothing. By default the function's `name`.
   */
  readonly name?: string | undefined;
}

/** Whether calls are counted. */
export interface StatsOptions {
  /**
   * Whether `fn.stats()` is there, which says how many calls there were, how they ended, and how long they took.
   * @default false
   */
  readonly stats?: boolean | undefined;
}

/** All options of `opero`. Durations are seconds, or strings with their unit such as `"250ms"` and `"5m"`. */
// deno-lint-ignore no-explicit-any -- options that stand on their own have to fit every function
export interface OperoOptions<Args extends readonly unknown[] = any[], Value = any>
  extends
    RetryOptions,
    ReraiseOptions,
    FailOnOptions<Value>,
    CacheOptions<Args, Value>,
    HedgeOptions,
    RateLimitOptions<Args>,
    ArgFallbackOptions,
    CircuitBreakerOptions,
    ConcurrencyOptions<Args>,
    TimeoutOptions,
    DeadlineOptions,
    FallbackOptions<Args, Value>,
    SignalOptions,
    LayersOptions,
    ContextOptions,
    NameOptions,
    StatsOptions {}

/** The same with the defaults of all that have one. */
// deno-lint-ignore no-explicit-any -- as above
export type FilledOptions<Args extends readonly unknown[] = any[], Value = any> =
  & OperoOptions<Args, Value>
  & FilledRetryOptions
  & FilledReraiseOptions
  & FilledCacheOptions
  & Filled<ContextOptions, "context">
  & Filled<StatsOptions, "stats">;
