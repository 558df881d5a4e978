import { assertEquals } from "@std/assert";
import { formatClock, formatNumber, formatShare, formatSpan, formatTime } from "../../src/report/format_value.ts";

/** Narrow and fixed spaces are spaces, too. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

Deno.test("formatNumber() groups digits and keeps three of a small number", () => {
  const cases: readonly [number, string][] = [
    [0, "0"],
    [7, "7"],
    [1.2345, "1.23"],
    [0.04567, "0.0457"],
    [999.6, "1 000"],
    [123_456_789, "123 456 789"],
    [NaN, "–"],
    [Infinity, "–"],
  ];
  for (const [value, text] of cases) assertEquals(plain(formatNumber(value)), text);
});

Deno.test("formatShare() never says all for nearly all, nor none for some", () => {
  const cases: readonly [number, number, string][] = [
    [0, 0, "0 %"],
    [0, 5, "0 %"],
    [5, 5, "100 %"],
    [1_999, 2_000, ">99.9 %"],
    [1, 1e6, "<0.1 %"],
    [1, 3, "33.3 %"],
    [86, 1_000, "8.6 %"],
  ];
  for (const [part, whole, text] of cases) assertEquals(plain(formatShare(part, whole)), text);
});

Deno.test("formatSpan() has at most two units, and never 60 of one", () => {
  const cases: readonly [number, string][] = [
    [0, "0 s"],
    [0.000_25, "250 µs"],
    [0.25, "250 ms"],
    [0.999_7, "1 s"],
    [1.234, "1.23 s"],
    [59.7, "1 min"],
    [185, "3 min 5 s"],
    [3_599.7, "1 h"],
    [7_800, "2 h 10 min"],
    [86_399, "1 d"],
    [273_600, "3 d 4 h"],
  ];
  for (const [seconds, text] of cases) assertEquals(plain(formatSpan(seconds)), text);
});

Deno.test("formatTime() and formatClock() are in UTC", () => {
  assertEquals(formatTime(Date.UTC(2026, 10, 25, 22, 0, 7)), "2026-11-25 22:00:07 UTC");
  assertEquals(formatClock(Date.UTC(2026, 10, 25, 22, 0, 7)), "22:00:07");
  assertEquals(formatTime(NaN), "–");
});
