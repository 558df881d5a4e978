import { opero } from "@opero/core";

/**
 * Prices from a service that is slow, limited and sometimes down: this is the code to test.
 *
 * @param {(article: string) => Promise<number>} askPrice Asks once.
 * @param {typeof opero} [wrap] What wraps it; a test passes that of an instance with a clock of its own.
 * @returns {(article: string) => Promise<number>} Asks as often as it has to, and keeps each price for ten minutes.
 */
export function pricesFrom(askPrice, wrap = opero) {
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
