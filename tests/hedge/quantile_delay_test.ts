import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { QuantileDelay } from "../../src/hedge/quantile_delay.ts";

/** A quantile is off by half a bucket of the histogram, and shown as no more than the largest. */
function assertNear(delayMs: number | undefined, ms: number): void {
  assert(delayMs !== undefined && Math.abs(delayMs - ms) <= ms / 60 + 0.001, `${delayMs} is not near ${ms}`);
}

Deno.test("QuantileDelay knows nothing before it has its samples, then the quantile of them", () => {
  const delay = new QuantileDelay({ quantile: 0.9, minSamples: 10 });
  for (let i = 1; i <= 9; i++) delay.add(i * 100);
  assertEquals(delay.delayMs, undefined);
  delay.add(1_000);
  assertNear(delay.delayMs, 900);
  for (let i = 0; i < 9; i++) delay.add(10);
  assertNear(delay.delayMs, 900);
  delay.add(10);
  // Of the twenty, eighteen took no longer than 800.
  assertNear(delay.delayMs, 800);
});

Deno.test("QuantileDelay follows a service that changes: it forgets what came before the latest generation", () => {
  const delay = new QuantileDelay({ quantile: 0.5, minSamples: 50 });
  for (let i = 0; i < 200; i++) delay.add(1_000);
  assertNear(delay.delayMs, 1_000);
  for (let i = 0; i < 49; i++) delay.add(10);
  assertNear(delay.delayMs, 1_000);
  delay.add(10);
  assertNear(delay.delayMs, 10);
  const patient = new QuantileDelay({ quantile: 0.5, minSamples: 1_000 });
  for (let i = 0; i < 999; i++) patient.add(10);
  assertEquals(patient.delayMs, undefined);
  patient.add(10);
  assertNear(patient.delayMs, 10);
  for (let i = 0; i < 1_000; i++) patient.add(20);
  assertNear(patient.delayMs, 20);
});

Deno.test("QuantileDelay is a millisecond at least, also where attempts take no time", () => {
  const delay = new QuantileDelay({ quantile: 0.9, minSamples: 3 });
  for (const ms of [0, 0, 1e-9]) delay.add(ms);
  assertEquals(delay.delayMs, 1);
});

Deno.test("QuantileDelay is the quantile of what was added, whatever that is", () => {
  const samples = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 150 });
  const quantile = fc.double({ min: 0.01, max: 0.99, noNaN: true });
  fc.assert(fc.property(samples, quantile, (samples, quantile) => {
    const delay = new QuantileDelay({ quantile, minSamples: samples.length });
    for (const ms of samples) delay.add(ms);
    const sorted = samples.toSorted((a, b) => a - b);
    assertNear(delay.delayMs, sorted[Math.max(1, Math.ceil(quantile * sorted.length)) - 1]!);
  }));
});
