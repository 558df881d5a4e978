import { createOpero, type ExtraPolicy } from "@opero/core/light";
import { argFallback, cache, circuitBreaker, concurrency, hedge, rateLimit, retryBudget } from "@opero/core/policies";
import { FakeClock } from "@opero/core/testing";
import type { Lab } from "./lab.ts";

/** All policies that can be passed in, in an order that is not theirs. */
export const EXTRAS: readonly ExtraPolicy[] = [
  retryBudget,
  rateLimit,
  hedge,
  concurrency,
  circuitBreaker,
  cache,
  argFallback,
];

/** What `lab()` makes, of the light door with all policies: it has all options that tests of the layers use. */
export function lightLab(): Pick<Lab, "opero" | "clock"> {
  const clock = new FakeClock();
  const { opero } = createOpero({ policies: EXTRAS, clock, random: () => 0.5, jitter: "none" });
  return { opero: opero as unknown as Lab["opero"], clock };
}
