import { argFallbackPart } from "../engine/arg_fallback_part.ts";
import { cachePart } from "../engine/cache_part.ts";
import { retryPart } from "../engine/retry_part.ts";
import { circuitBreakerPolicy } from "../layers/circuit_breaker.ts";
import { concurrencyPolicy } from "../layers/concurrency.ts";
import { hedgePolicy } from "../layers/hedge.ts";
import { rateLimitPolicy } from "../layers/rate_limit.ts";
import type { ExtraPolicy } from "./extra_policy.ts";

/** Alternatives for an argument: the options `argFallback` and those that belong to it. */
export const argFallback: ExtraPolicy<"argFallback"> = { name: "argFallback", policy: argFallbackPart };

/** Results that are kept, and runs that are shared: the option `cache` and those that begin with it. */
export const cache: ExtraPolicy<"cache"> = { name: "cache", policy: cachePart };

/** No calls to what fails: the option `circuitBreaker`. */
export const circuitBreaker: ExtraPolicy<"circuitBreaker"> = { name: "circuitBreaker", policy: circuitBreakerPolicy };

/** A limit of attempts at once: the options `concurrency` and `concurrencyKey`. */
export const concurrency: ExtraPolicy<"concurrency"> = { name: "concurrency", policy: concurrencyPolicy };

/** Another attempt while one is slow: the option `hedge`. */
export const hedge: ExtraPolicy<"hedge"> = { name: "hedge", policy: hedgePolicy };

/** A limit of starts per time: the option `rateLimit` and those that begin with it, and `serverPacing`. */
export const rateLimit: ExtraPolicy<"rateLimit"> = { name: "rateLimit", policy: rateLimitPolicy };

/** Retries beside the calls that succeed: the option `retryBudget`. */
export const retryBudget: ExtraPolicy<"retryBudget"> = { name: "retryBudget", policy: retryPart };
