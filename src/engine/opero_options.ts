import { ARG_FALLBACK_RULES, type ArgFallbackOptions } from "../layers/arg_fallback.ts";
import { CACHE_RULES, type CacheOptions } from "../layers/cache.ts";
import { DEADLINE_RULES, type DeadlineOptions } from "../layers/deadline.ts";
import { FAIL_ON_RULES, type FailOnOptions } from "../layers/fail_on.ts";
import { FALLBACK_RULES, type FallbackOptions } from "../layers/fallback.ts";
import { RATE_LIMIT_RULES, type RateLimitOptions } from "../layers/rate_limit.ts";
import { RETRY_RULES, type RetryOptions } from "../layers/retry.ts";
import { SIGNAL_RULES, type SignalOptions } from "../layers/signal.ts";
import { TIMEOUT_RULES, type TimeoutOptions } from "../layers/timeout.ts";
import { nonEmptyString, oneOf, type OptionRules } from "../options/validate.ts";

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

/** All options of `opero`. Durations are seconds, or strings with their unit such as `"250ms"` and `"5m"`. */
// deno-lint-ignore no-explicit-any -- options that stand on their own have to fit every function
export interface OperoOptions<Args extends readonly unknown[] = any[], Value = any>
  extends
    RetryOptions,
    FailOnOptions<Value>,
    CacheOptions<Args>,
    RateLimitOptions<Args>,
    ArgFallbackOptions,
    TimeoutOptions,
    DeadlineOptions,
    FallbackOptions<Args, Value>,
    SignalOptions,
    ContextOptions,
    NameOptions {}

/** What each option of `opero` may be. */
export const OPERO_RULES: OptionRules = {
  ...RETRY_RULES,
  ...FAIL_ON_RULES,
  ...CACHE_RULES,
  ...RATE_LIMIT_RULES,
  ...ARG_FALLBACK_RULES,
  ...TIMEOUT_RULES,
  ...DEADLINE_RULES,
  ...FALLBACK_RULES,
  ...SIGNAL_RULES,
  context: oneOf(["sync", "async"]),
  name: nonEmptyString,
};
