/**
 * How often the clock is read for a call that succeeds at once: a reading takes longer than all else of most policies.
 * What may lag by a turn of the event loop is read once a turn, and costs nothing here.
 */
import { assertEquals } from "@std/assert";
import { createOpero, type OperoOptions } from "@opero/core";
import { FakeClock } from "@opero/core/testing";

class CountingClock extends FakeClock {
  readings = 0;

  override now(): number {
    this.readings++;
    return super.now();
  }

  coarseNow(): number {
    return super.now();
  }
}

const READINGS: readonly (readonly [string, OperoOptions, number])[] = [
  ["retries", { retries: 3 }, 0],
  ["a circuit breaker", { circuitBreaker: true }, 0],
  ["a circuit breaker that looks for slow calls", { circuitBreaker: { slowCall: "1s" } }, 2],
  ["a limit of attempts at once", { concurrency: 4 }, 0],
  ["a rate limit", { rateLimit: { limit: 50, burst: 10 } }, 1],
  ["a rate limit with a timeout within", { rateLimit: { limit: 50, burst: 10 }, timeout: "1m" }, 2],
  ["limits by cost", { rateLimit: [{ limit: 50, cost: () => 2 }, { limit: 9, burst: 9 }] }, 1],
  ["fallback values", { argFallback: 0 }, 0],
  ["fallback values with health", { argFallback: 0, fallbackStrategy: "least_latency" }, 0],
  ["a retry budget", { retryBudget: true }, 0],
];

for (const [name, options, readings] of READINGS) {
  Deno.test(`a call with ${name} reads the clock ${readings} times`, async () => {
    const clock = new CountingClock();
    await using instance = createOpero({ clock });
    const fn = instance.opero((values: string[]) => Promise.resolve(values[0]), options as object);
    await fn(["a", "b"]);
    clock.readings = 0;
    await fn(["a", "b"]);
    assertEquals(clock.readings, readings);
  });
}
