import { assertEquals } from "@std/assert";
import { entryFor, isWithin } from "../../../src/cache/results/freshness.ts";

Deno.test("entryFor() keeps a value past its time for as long as the longer of both graces", () => {
  const untilMs = (staleMs: number, staleIfErrorMs: number) => {
    const stored = entryFor("value", 1_000, { ttlMs: 100, staleMs, staleIfErrorMs });
    assertEquals([stored.value, stored.createdAt, stored.expiresAt], ["value", 1_000, 1_100]);
    return stored.staleUntil;
  };
  assertEquals([untilMs(0, 0), untilMs(7, 0), untilMs(0, 7), untilMs(5, 7), untilMs(7, 5)], [
    1_100,
    1_107,
    1_107,
    1_107,
    1_107,
  ]);
  assertEquals(entryFor("value", 1_000, { ttlMs: Infinity, staleMs: 0, staleIfErrorMs: 0 }).staleUntil, Infinity);
});

Deno.test("isWithin() holds up to the end of the grace, and not at all without one", () => {
  const stored = entryFor("value", 1_000, { ttlMs: 100, staleMs: 50, staleIfErrorMs: 0 });
  assertEquals([1_099, 1_100, 1_149, 1_150].map((nowMs) => isWithin(stored, 50, nowMs)), [true, true, true, false]);
  assertEquals([1_099, 1_100].map((nowMs) => isWithin(stored, 0, nowMs)), [false, false]);
});
