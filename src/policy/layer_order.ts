import type { LayerPlace } from "./policy.ts";

/** The order of the layers by their names, the outermost first, for doors that are put together of policies. */
export const LAYER_ORDER: readonly LayerPlace[] = [
  "signal",
  "reraise",
  "fallback",
  "cache",
  "deadline",
  "retry",
  "argFallback",
  "circuitBreaker",
  "hedge",
  "concurrency",
  "rateLimit",
  "failOn",
  "timeout",
  "interrupt",
];
