import { assertEquals, assertThrows } from "@std/assert";
import { type ConcurrencyConfig, ConfigurationError, opero } from "@opero/core";
import { filledConcurrency, showConcurrency } from "../../src/policy/concurrency_fields.ts";

Deno.test("filledConcurrency() fills in what is left out", () => {
  const filled = (given: number | ConcurrencyConfig) => filledConcurrency("wrap", given) as unknown;
  assertEquals(filled(4), { limit: 4, maxQueue: 100_000 });
  assertEquals(filled({ limit: 4, maxQueue: 0, maxWait: "250ms" }), { limit: 4, maxQueue: 0, maxWait: 0.25 });
  assertEquals(filled({ max: 50 }), { min: 1, max: 50, algorithm: "gradient2", maxQueue: 100_000 });
  assertEquals(filled({ min: 300, algorithm: "aimd" }), { min: 300, max: 300, algorithm: "aimd", maxQueue: 100_000 });
  assertEquals(filled({ limit: 1, min: undefined }), { limit: 1, maxQueue: 100_000 });
  assertEquals(showConcurrency({ limit: 1, maxWait: Infinity }), { limit: 1, maxQueue: 100_000, maxWait: Infinity });
});

const DURATION = `a non-negative duration in seconds or with its unit, such as "250ms", "2s", "5m", "1h", "1d"`;

const WRONG: readonly [unknown, string][] = [
  [
    {},
    "'concurrency.limit' must be a positive integer, or left out together with 'min' or 'max' of a limit that adapts: received undefined",
  ],
  [
    { maxQueue: 5 },
    "'concurrency.limit' must be a positive integer, or left out together with 'min' or 'max' of a limit that adapts: received undefined",
  ],
  [{ limit: 0 }, "'concurrency.limit' must be a positive integer: received 0"],
  [{ limit: "4" }, `'concurrency.limit' must be a positive integer: received "4"`],
  [{ limit: 1, maxQueue: -1 }, "'concurrency.maxQueue' must be a non-negative integer: received -1"],
  [{ limit: 1, maxQueue: Infinity }, "'concurrency.maxQueue' must be a non-negative integer: received Infinity"],
  [{ limit: 1, maxWait: -1 }, `'concurrency.maxWait' must be ${DURATION}: received -1`],
  [{ min: 0 }, "'concurrency.min' must be a positive integer: received 0"],
  [{ max: 1.5 }, "'concurrency.max' must be a positive integer: received 1.5"],
  [{ max: 5, algorithm: "vegas" }, `'concurrency.algorithm' must be one of "gradient2", "aimd": received "vegas"`],
  [{ min: 5, max: 4 }, "'concurrency.min' must be at most 'max' (4): received 5"],
  [{ limit: 4, max: 5 }, "'concurrency.max' must be left out together with 'limit', which does not adapt: received 5"],
  [
    { limit: 4, algorithm: "aimd" },
    `'concurrency.algorithm' must be left out together with 'limit', which does not adapt: received "aimd"`,
  ],
  [
    { maxConcurrent: 4 },
    "'concurrency.maxConcurrent' must be a known option: received a number, did you mean 'concurrency.limit'?",
  ],
  [
    { limit: 4, queueLimit: 4 },
    "'concurrency.queueLimit' must be a known option: received a number, did you mean 'concurrency.maxQueue'?",
  ],
];

Deno.test("concurrency with a wrong field, or with fields that contradict each other, is a ConfigurationError", () => {
  for (const [concurrency, message] of WRONG) {
    const wrap = () => opero(function load() {}, { concurrency: concurrency as never });
    assertEquals(assertThrows(wrap, ConfigurationError).message, `Cannot wrap "load" as ${message}`);
  }
  assertEquals(
    assertThrows(() => opero(function load() {}, { maxConcurrent: 4 } as never), ConfigurationError).message,
    `Cannot wrap "load" as 'maxConcurrent' must be a known option: received a number, did you mean 'concurrency'?`,
  );
  assertEquals(
    assertThrows(() => opero(function load() {}, { concurrencyKey: () => 1 }), ConfigurationError).message,
    `Cannot wrap "load" as 'concurrencyKey' must be given together with 'concurrency', without which it does nothing: ` +
      "received a function",
  );
});
