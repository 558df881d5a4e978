import { assert, assertEquals } from "@std/assert";
import { drawLatency } from "../../src/report/latency_figure.ts";

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

/** The figure for items between two times, in parts of twice the width of the one before. */
function figure(fromSeconds: number, parts: number): string {
  const bins = Array.from({ length: parts }, (_, i) => {
    return { fromSeconds: fromSeconds * 2 ** i, toSeconds: fromSeconds * 2 ** (i + 1), count: i + 1 };
  });
  const quantile = (part: number) => fromSeconds * 2 ** (parts * part);
  return plain(
    drawLatency({ bins, p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99), max: quantile(1) })!.text,
  );
}

/** The marks below a figure, with those that are left out where there is little room in brackets. */
function marksOf(text: string): string[] {
  return [...text.matchAll(/<text class="x([^"]*)"[^>]*>(.*?)<\/text>/g)].map(([, kind, label]) => {
    return kind!.includes("minor") ? `(${label})` : label!;
  });
}

Deno.test("drawLatency() has round marks, closer ones where all items took about the same", () => {
  assertEquals(
    marksOf(figure(0.1, 4)),
    ["(100 ms)", "150 ms", "(200 ms)", "300 ms", "(500 ms)", "700 ms", "(1 s)", "1.5 s"].map((mark, i) => {
      const label = mark.replace(/[()]/g, "");
      return i % 2 === 0 ? label : `(${label})`;
    }),
  );
  assertEquals(marksOf(figure(0.001, 9)).map((mark) => mark.replace(/[()]/g, "")), [
    ...["1 ms", "2 ms", "5 ms", "10 ms", "20 ms", "50 ms", "100 ms", "200 ms", "500 ms"],
  ]);
  assertEquals(marksOf(figure(0.000_001, 30)).map((mark) => mark.replace(/[()]/g, "")).slice(0, 3), [
    "1 µs",
    "10 µs",
    "100 µs",
  ]);
});

Deno.test("drawLatency() marks the quantiles, each by a label in a row of its own", () => {
  const text = figure(0.1, 4);
  const labels = [...text.matchAll(/<text class="note([^"]*)" x="([\d.]+%)" dx="(-?\d+)" y="(-?\d+)">(.*?)<\/text>/g)];
  assertEquals(labels.map(([, ...parts]) => parts), [
    ["", "50%", "6", "-60", "half: 400 ms"],
    [" end", "90%", "-6", "-42", "90 %: 1.21 s"],
    [" end", "99%", "-6", "-24", "99 %: 1.56 s"],
    [" end", "100%", "-6", "-6", "longest: 1.6 s"],
  ]);
  assert(text.includes("Half of the items took at most 400 ms"));
});

Deno.test("drawLatency() of no items is no figure", () => {
  assertEquals(drawLatency({ bins: [], p50: 0, p90: 0, p99: 0, max: 0 }), undefined);
});
