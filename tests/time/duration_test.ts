import { assertEquals } from "@std/assert";
import { parseDuration, toSeconds } from "../../src/time/duration.ts";
import { formatDuration } from "../../src/errors/format_duration.ts";

Deno.test("parseDuration() takes a number for seconds", () => {
  assertEquals([0, 0.25, 2, 1e9, Infinity, -0].map(parseDuration), [0, 250, 2_000, 1e12, Infinity, -0]);
});

Deno.test("parseDuration() takes every unit", () => {
  const texts = ["250ms", "2s", "5m", "1h", "1d", "1.5s", ".5s", "0ms", "007m"];
  assertEquals(texts.map(parseDuration), [250, 2_000, 300_000, 3_600_000, 86_400_000, 1_500, 500, 0, 420_000]);
});

Deno.test("parseDuration() answers undefined for what is no duration", () => {
  const wrong = [
    -1,
    -Infinity,
    NaN,
    "",
    "5",
    "5 m",
    "5M",
    "-5s",
    "+5s",
    "1e3s",
    "5sec",
    "5s ",
    " 5s",
    "s",
    ".s",
    "1.s",
  ];
  for (const value of [...wrong, "Infinity", "1m30s", "５s", null, undefined, true, 5n, {}, ["5s"], new Date()]) {
    assertEquals(parseDuration(value), undefined, String(value));
  }
});

Deno.test("toSeconds() turns the engine's milliseconds round", () => {
  assertEquals([0, 250, 1_500, Infinity].map(toSeconds), [0, 0.25, 1.5, Infinity]);
});

Deno.test("formatDuration() picks the unit that people would", () => {
  const texts = [0, 0.004, 0.005, 250, 999.999, 1_000, 1_500, 119_999, 120_000, 5_400_000].map(formatDuration);
  assertEquals(texts, [
    "0 ms",
    "0 ms",
    "0.01 ms",
    "250 ms",
    "1000 ms",
    "1 s",
    "1.5 s",
    "120 s",
    "2 min",
    "90 min",
  ]);
});
