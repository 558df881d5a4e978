import { circuitBreakerPolicy } from "../layers/circuit_breaker.ts";
import { concurrencyPolicy } from "../layers/concurrency.ts";
import { deadlinePolicy } from "../layers/deadline.ts";
import { failOnPolicy } from "../layers/fail_on.ts";
import { fallbackPolicy } from "../layers/fallback.ts";
import { hedgePolicy } from "../layers/hedge.ts";
import { interruptPolicy } from "../layers/interrupt.ts";
import { rateLimitPolicy } from "../layers/rate_limit.ts";
import { reraisePolicy } from "../layers/reraise.ts";
import { signalPolicy } from "../layers/signal.ts";
import { timeoutPolicy } from "../layers/timeout.ts";
import { argFallbackPart } from "./arg_fallback_part.ts";
import { cachePart } from "./cache_part.ts";
import type { EnginePolicy } from "./engine.ts";
import { retryPart } from "./retry_part.ts";

/**
 * All policies, the outermost first: **this is the order of the layers**. What is known of the options follows from it,
 * too; `docs/layers.md` documents it for users.
 *
 * With `retries: 2`, two fallback values and `rateLimit: 1`, a call that fails throughout makes
 * 3 × 2 = 6 attempts, takes 6 tokens and so lasts at least 5 s; a call that hits the cache takes none.
 */
export const POLICIES: readonly EnginePolicy[] = [
  signalPolicy,
  reraisePolicy,
  fallbackPolicy,
  cachePart,
  deadlinePolicy,
  retryPart,
  argFallbackPart,
  circuitBreakerPolicy,
  hedgePolicy,
  concurrencyPolicy,
  rateLimitPolicy,
  failOnPolicy,
  timeoutPolicy,
  interruptPolicy,
];
