import { opero } from "@opero/core";

/** Asks a service for the price of an article. */
export type AskPrice = (article: string) => Promise<number>;

/**
 * Prices from a service that is slow, limited and sometimes down: this is the code to test.
 *
 * @param askPrice Asks once.
 * @param wrap What wraps it; a test passes that of an instance with a clock of its own.
 * @returns Asks as often as it has to, and keeps each price for ten minutes.
 */
export function pricesFrom(askPrice: AskPrice, wrap: typeof opero = opero): AskPrice {
  return wrap(askPrice, {
    retries: 2,
    minDelay: "1s",
    backoffFactor: 2,
    jitter: "none",
    timeout: "5s",
    rateLimit: 2,
    cache: true,
    cacheTtl: "10m",
  });
}
