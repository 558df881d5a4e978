import type { Clock } from "../time/clock.ts";
import type { Limiter } from "./limiter.ts";
import type { Rate } from "./rate.ts";
import { RateLimiter } from "./rate_limiter.ts";
import { WeightedLimiter } from "./weighted_limiter.ts";

/**
 * Makes what keeps to `rates`.
 *
 * @param rates The rates; at least one.
 * @param clock The only source of time.
 * @returns The limiter; the quickest one for a single rate whose starts cost one token each.
 */
export function makeLimiter(rates: readonly Rate[], clock: Clock): Limiter {
  const [first] = rates;
  return rates.length === 1 && !first!.isWeighted ? new RateLimiter(first!, clock) : new WeightedLimiter(rates, clock);
}
