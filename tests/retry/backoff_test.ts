import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { backoffDelayMs, type BackoffPolicy, type JitterContext, type JitterName } from "../../src/retry/backoff.ts";
import { runs } from "../support/runs.ts";

const HIGHEST = 1 - 2 ** -53;

function policy(jitter: BackoffPolicy["jitter"], others: Partial<BackoffPolicy> = {}): BackoffPolicy {
  return { minDelayMs: 100, maxDelayMs: 1_000, backoffFactor: 2, jitter, ...others };
}

/** The delays of the first `count` retries, each given the one before. */
function course(of: BackoffPolicy, count: number, random: () => number): number[] {
  const delays: number[] = [];
  for (let retry = 0, previousMs = of.minDelayMs; retry < count; retry++) {
    previousMs = backoffDelayMs(of, retry, previousMs, random);
    delays.push(previousMs);
  }
  return delays;
}

Deno.test("backoffDelayMs() without jitter is min(maxDelay, minDelay * backoffFactor ** retry)", () => {
  assertEquals(course(policy("none"), 6, () => 0.5), [100, 200, 400, 800, 1_000, 1_000]);
  assertEquals(course(policy("none", { backoffFactor: 1.5 }), 4, () => 0.5), [100, 150, 225, 337.5]);
  assertEquals(course(policy("none", { backoffFactor: 1 }), 3, () => 0.5), [100, 100, 100]);
});

Deno.test("backoffDelayMs() with full jitter lies between minDelay and the delay of the retry after", () => {
  assertEquals(course(policy("full"), 5, () => 0), [100, 100, 100, 100, 100]);
  assertEquals(course(policy("full"), 5, () => 0.5), [150, 250, 450, 550, 550]);
});

Deno.test("backoffDelayMs() with equal jitter lies in the upper half of that", () => {
  assertEquals(course(policy("equal"), 5, () => 0), [100, 200, 400, 500, 500]);
  assertEquals(course(policy("equal"), 5, () => 0.5), [150, 300, 600, 750, 750]);
});

Deno.test("backoffDelayMs() with decorrelated jitter lies between minDelay and three times the delay before", () => {
  assertEquals(course(policy("decorrelated"), 5, () => 0.5), [200, 350, 550, 550, 550]);
  assertEquals(course(policy("decorrelated"), 3, () => 0), [100, 100, 100]);
});

for (const jitter of ["full", "equal", "decorrelated"] as const) {
  Deno.test(`backoffDelayMs() with ${jitter} jitter spreads the first retry, and still spreads at the cap`, () => {
    for (const retry of [0, 1, 50, 999]) {
      const delayAt = (share: number) => backoffDelayMs(policy(jitter), retry, 1_000, () => share);
      assert(delayAt(0.9) - delayAt(0.1) >= 80, `retry ${retry}: ${delayAt(0.1)} to ${delayAt(0.9)}`);
    }
  });
}

Deno.test("backoffDelayMs() keeps 1 000 delays of every jitter within the bounds, whatever the policy", () => {
  const policies = fc.record({
    minDelayMs: fc.oneof(fc.constantFrom(0, 1e-9, 100), fc.double({ min: 0, max: 1e6, noNaN: true })),
    spanMs: fc.oneof(fc.constantFrom(0, 1e12), fc.double({ min: 0, max: 1e7, noNaN: true })),
    backoffFactor: fc.oneof(fc.constantFrom(1, 1.5, Number.MAX_VALUE), fc.double({ min: 1, max: 10, noNaN: true })),
    jitter: fc.constantFrom<JitterName>("full", "equal", "decorrelated", "none"),
  });
  const shares = fc.array(fc.oneof(fc.constantFrom(0, HIGHEST), fc.double({ min: 0, max: HIGHEST, noNaN: true })), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(policies, shares, ({ spanMs, ...rest }, drawn) => {
      const bounded = { ...rest, maxDelayMs: rest.minDelayMs + spanMs };
      let draws = 0;
      for (const delayMs of course(bounded, 1_000, () => drawn[draws++ % drawn.length]!)) {
        assert(delayMs >= bounded.minDelayMs && delayMs <= bounded.maxDelayMs, `${delayMs} ms`);
      }
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("backoffDelayMs() brings what a jitter function answers within the bounds", () => {
  const answers: [unknown, number][] = [
    [0.3, 300],
    [-1, 100],
    [-Infinity, 100],
    [Infinity, 1_000],
    [5, 1_000],
    [NaN, 200],
    [undefined, 200],
    ["0.4", 400],
    ["soon", 200],
    [null, 100],
  ];
  for (const [answer, expectedMs] of answers) {
    assertEquals(backoffDelayMs(policy(() => answer as number), 1, 100, () => 0), expectedMs, String(answer));
  }
});

Deno.test("backoffDelayMs() gives a jitter function all it may want, in seconds", () => {
  const seen: JitterContext[] = [];
  const jitter = (context: JitterContext) => {
    seen.push(context);
    return 0.7;
  };
  const random = () => 0.25;
  assertEquals(course(policy(jitter), 2, random), [700, 700]);
  assertEquals(seen, [
    { retry: 0, delay: 0.1, previousDelay: 0.1, minDelay: 0.1, maxDelay: 1, random },
    { retry: 1, delay: 0.2, previousDelay: 0.7, minDelay: 0.1, maxDelay: 1, random },
  ]);
});

Deno.test("backoffDelayMs() brings any number that a jitter function answers within the bounds", () => {
  fc.assert(
    fc.property(fc.double(), fc.nat(1_000), (answer, retry) => {
      const delayMs = backoffDelayMs(policy(() => answer), retry, 100, () => 0);
      assert(delayMs >= 100 && delayMs <= 1_000, `${delayMs} ms`);
    }),
    { numRuns: runs(1_000) },
  );
});
