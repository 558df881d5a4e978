import type { BreakerHandle } from "../breaker/breaker_handle.ts";
import type { LimiterHandle } from "../limiter/limiter_handle.ts";
import type { CallStats } from "../telemetry/call_tally.ts";

/** What a policy lets users see and do through the wrapped function; `undefined` where the policy is off. */
export interface PolicyHandles {
  /** The circuit breaker of the function; `undefined` without the option `circuitBreaker`. */
  readonly breaker: BreakerHandle | undefined;
  /** The rate limit of the function; `undefined` without the option `rateLimit`. */
  readonly limiter: LimiterHandle | undefined;
  /** What the calls came to, since the function was wrapped; `undefined` without the option `stats`. */
  readonly stats: (() => CallStats) | undefined;
}

/** The handles of a function whose policies are all off: they hide properties of the function's own that are called so. */
export const NO_HANDLES: PolicyHandles = { breaker: undefined, limiter: undefined, stats: undefined };
