/**
 * The policies that `createOpero({ policies })` of `@opero/core/light` takes, each by itself.
 *
 * @example
 * ```ts
 * import { createOpero } from "@opero/core/light";
 * import { rateLimit } from "@opero/core/policies";
 * import { assertEquals } from "@std/assert";
 *
 * const { opero } = createOpero({ policies: [rateLimit] });
 * const square = opero((n: number) => n * n, { rateLimit: { limit: 10, per: "1s", burst: 10 } });
 * assertEquals(await square(3), 9);
 * ```
 *
 * @module
 */
export {
  argFallback,
  cache,
  circuitBreaker,
  concurrency,
  hedge,
  rateLimit,
  retryBudget,
} from "./src/light/extra_policies.ts";
export type { ExtraPolicy } from "./src/light/extra_policy.ts";
export type { ExtraOptionNames, ExtraPolicyName } from "./src/light/light_options.ts";
