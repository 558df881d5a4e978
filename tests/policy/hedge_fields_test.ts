import { assertEquals, assertThrows } from "@std/assert";
import { ConfigurationError, type HedgeConfig, opero } from "@opero/core";
import { filledHedge, showHedge } from "../../src/policy/hedge_fields.ts";

Deno.test("filledHedge() fills in what is left out, durations in seconds", () => {
  const filled = (given: HedgeConfig) => filledHedge("wrap", given) as unknown;
  assertEquals(filled({ after: "200ms" }), { after: 0.2, max: 1, budget: 0.1 });
  assertEquals(filled({ after: 2, max: 3, budget: 0 }), { after: 2, max: 3, budget: 0 });
  assertEquals(filled({ after: "1m", max: undefined, budget: 1 }), { after: 60, max: 1, budget: 1 });
  assertEquals(filled({ after: { quantile: 0.95 } }), {
    after: { quantile: 0.95, minSamples: 50 },
    max: 1,
    budget: 0.1,
  });
  assertEquals(showHedge({ after: { quantile: 0.5, minSamples: 1 } }), {
    after: { quantile: 0.5, minSamples: 1 },
    max: 1,
    budget: 0.1,
  });
});

const AFTER =
  `a positive duration in seconds or with its unit, such as "250ms", "2s", "5m", "1h", "1d" or { quantile, minSamples }`;

const WRONG: readonly [unknown, string][] = [
  [{}, `'hedge.after' must be ${AFTER}: received undefined`],
  [{ after: undefined }, `'hedge.after' must be ${AFTER}: received undefined`],
  [{ max: 2 }, `'hedge.after' must be ${AFTER}: received undefined`],
  [{ after: 0 }, `'hedge.after' must be ${AFTER}: received 0`],
  [{ after: "200" }, `'hedge.after' must be ${AFTER}: received "200"`],
  [{ after: Infinity }, `'hedge.after' must be ${AFTER}: received Infinity`],
  [{ after: null }, `'hedge.after' must be ${AFTER}: received null`],
  [{ after: [0.95] }, `'hedge.after' must be ${AFTER}: received an array`],
  [{ after: {} }, "'hedge.after.quantile' must be a number over 0 and below 1: received undefined"],
  [{ after: { quantile: 95 } }, "'hedge.after.quantile' must be a number over 0 and below 1: received 95"],
  [{ after: { quantile: 1 } }, "'hedge.after.quantile' must be a number over 0 and below 1: received 1"],
  [{ after: { quantile: 0 } }, "'hedge.after.quantile' must be a number over 0 and below 1: received 0"],
  [{ after: { quantile: NaN } }, "'hedge.after.quantile' must be a number over 0 and below 1: received NaN"],
  [
    { after: { quantile: 0.9, minSamples: 0 } },
    "'hedge.after.minSamples' must be a positive integer: received 0",
  ],
  [{ after: 1, max: 0 }, "'hedge.max' must be a positive integer: received 0"],
  [{ after: 1, max: 1.5 }, "'hedge.max' must be a positive integer: received 1.5"],
  [{ after: 1, budget: 10 }, "'hedge.budget' must be a number from 0 to 1: received 10"],
  [{ after: 1, budget: -0.1 }, "'hedge.budget' must be a number from 0 to 1: received -0.1"],
  [{ after: 1, budget: NaN }, "'hedge.budget' must be a number from 0 to 1: received NaN"],
  [{ after: 1, delay: 1 }, "'hedge.delay' must be a known option: received a number, did you mean 'hedge.after'?"],
  [{ after: 1, budgets: 1 }, "'hedge.budgets' must be a known option: received a number, did you mean 'hedge.budget'?"],
];

Deno.test("hedge with a wrong field is a ConfigurationError that names it", () => {
  for (const [hedge, message] of WRONG) {
    const wrap = () => opero(function load() {}, { hedge: hedge as never });
    assertEquals(assertThrows(wrap, ConfigurationError).message, `Cannot wrap "load" as ${message}`);
  }
});
