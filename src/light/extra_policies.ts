import { argFallbackPart } from "../engine/arg_fallback_part.ts";
import { cachePart } from "../engine/cache_part.ts";
import { retryPart } from "../engine/retry_part.ts";
import { circuitBreakerPolicy } from "../layers/circuit_breaker.ts";
import { concurrencyPolicy } from "../layers/concurrency.ts";
import { hedgePolicy } from "../layers/hedge.ts";
import { rateLimitPolicy } from "../layers/rate_limit.ts";
import type { ExtraPolicy } from "./extra_policy.ts";

/**
 * Alternatives for an argument: the options `argFallback` and those that belong to it.
 *
 * @example
 * ```ts
 * import { createOpero } from "@opero/core/light";
 * import { argFallback } from "@opero/core/policies";
 * import { assertEquals } from "@std/assert";
 *
 * const { opero } = createOpero({ policies: [argFallback] });
 * const ask = opero((keys: string[]) => {
 *   if (keys[0] === "spent") throw new Error("unauthorized");
 *   return keys[0];
 * }, { argFallback: 0 });
 * assertEquals(await ask(["spent", "good"]), "good");
 * ```
 */
export const argFallback: ExtraPolicy<"argFallback"> = { name: "argFallback", policy: argFallbackPart };

/**
 * Results that are kept, and runs that are shared: the option `cache` and those that begin with it.
 *
 * @example
 * ```ts
 * import { createOpero } from "@opero/core/light";
 * import { cache } from "@opero/core/policies";
 * import { assertEquals } from "@std/assert";
 *
 * const { opero } = createOpero({ policies: [cache] });
 * let calls = 0;
 * const count = opero(() => ++calls, { cache: true });
 * assertEquals([await count(), await count()], [1, 1]);
 * ```
 */
export const cache: ExtraPolicy<"cache"> = { name: "cache", policy: cachePart };

/**
 * No calls to what fails: the option `circuitBreaker`.
 *
 * @example
 * ```ts
 * import { createOpero } from "@opero/core/light";
 * import { circuitBreaker } from "@opero/core/policies";
 * import { assertEquals } from "@std/assert";
 *
 * const { opero } = createOpero({ policies: [circuitBreaker] });
 * const double = opero((n: number) => n * 2, { circuitBreaker: true });
 * assertEquals([await double(21), double.breaker?.state], [42, "closed"]);
 * ```
 */
export const circuitBreaker: ExtraPolicy<"circuitBreaker"> = { name: "circuitBreaker", policy: circuitBreakerPolicy };

/**
 * A limit of attempts at once: the options `concurrency` and `concurrencyKey`.
 *
 * @example
 * ```ts
 * import { createOpero } from "@opero/core/light";
 * import { concurrency } from "@opero/core/policies";
 * import { assertEquals } from "@std/assert";
 *
 * const { opero } = createOpero({ policies: [concurrency] });
 * const double = opero((n: number) => n * 2, { concurrency: 5 });
 * assertEquals(await double(21), 42);
 * ```
 */
export const concurrency: ExtraPolicy<"concurrency"> = { name: "concurrency", policy: concurrencyPolicy };

/**
 * Another attempt while one is slow: the option `hedge`.
 *
 * @example
 * ```ts
 * import { createOpero } from "@opero/core/light";
 * import { hedge } from "@opero/core/policies";
 * import { assertEquals } from "@std/assert";
 *
 * const { opero } = createOpero({ policies: [hedge] });
 * const double = opero((n: number) => n * 2, { hedge: { after: "200ms" } });
 * assertEquals(await double(21), 42);
 * ```
 */
export const hedge: ExtraPolicy<"hedge"> = { name: "hedge", policy: hedgePolicy };

/**
 * A limit of starts per time: the option `rateLimit` and those that begin with it, and `serverPacing`.
 *
 * @example
 * ```ts
 * import { createOpero } from "@opero/core/light";
 * import { rateLimit } from "@opero/core/policies";
 * import { assertEquals } from "@std/assert";
 *
 * const { opero } = createOpero({ policies: [rateLimit] });
 * const double = opero((n: number) => n * 2, { rateLimit: 10 });
 * assertEquals([await double(21), double.limiter?.waiting], [42, 0]);
 * ```
 */
export const rateLimit: ExtraPolicy<"rateLimit"> = { name: "rateLimit", policy: rateLimitPolicy };

/**
 * Retries beside the calls that succeed: the option `retryBudget`.
 *
 * @example
 * ```ts
 * import { createOpero } from "@opero/core/light";
 * import { retryBudget } from "@opero/core/policies";
 * import { assertEquals } from "@std/assert";
 *
 * const { opero } = createOpero({ policies: [retryBudget] });
 * const double = opero((n: number) => n * 2, { retryBudget: true });
 * assertEquals(await double(21), 42);
 * ```
 */
export const retryBudget: ExtraPolicy<"retryBudget"> = { name: "retryBudget", policy: retryPart };
