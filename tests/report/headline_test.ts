import { assert, assertEquals } from "@std/assert";
import { parseFragment } from "parse5";
import { drawHeadline } from "../../src/report/headline.ts";
import type { RunTotals } from "../../src/run_stats/run_report.ts";
import { sampleRun } from "../support/sample_run.ts";

const TOTALS: RunTotals = {
  items: 1_000,
  ok: 900,
  failed: 40,
  left: 60,
  fromJournal: 300,
  retried: 100,
  attempts: 1_200,
  attemptsPerItem: 1.2766,
  seconds: 125,
  itemSeconds: 400,
  waitedSeconds: 100,
  itemsPerSecond: 7.52,
  costs: { tokens: 12_345 },
};

/** The head of a page with these figures. */
function headOf(totals: Partial<RunTotals>): string {
  const report = { ...sampleRun({ items: 1 }), totals: { ...TOTALS, ...totals } };
  return drawHeadline(report).text.replace(/[\u00a0\u202f]/g, " ");
}

/** The cards of figures, as texts. */
function cardsOf(head: string): string[] {
  return [...head.matchAll(/<div><dt>(.*?)<\/dt><dd><b>(.*?)<\/b>(?: <span>(.*?)<\/span>)?<\/dd><\/div>/g)].map(
    ([, name, value, note]) => `${value} ${name}, ${note}`,
  );
}

Deno.test("drawHeadline() has a card for each figure", () => {
  assertEquals(cardsOf(headOf({})), [
    "900 succeeded, 90 %",
    "40 failed, 4 %",
    "60 not done, 6 %",
    "300 from the journal, of an earlier run",
    "7.52 items per second, for 2 min 5 s",
    "1.28 attempts per item, 1 200 in all",
    "25 % of the time waited, for limits and retries",
    "12 345 tokens, in all",
  ]);
});

Deno.test("drawHeadline() leaves out what there was none of, but not that nothing failed", () => {
  const nothing = { left: 0, fromJournal: 0, waitedSeconds: 0, costs: {}, failed: 0, ok: 1_000, items: 1_000 };
  const names = cardsOf(headOf(nothing)).map((card) => card.replace(/,.*/, ""));
  assertEquals(names, ["1 000 succeeded", "0 failed", "7.52 items per second", "1.28 attempts per item"]);
});

Deno.test("drawHeadline() draws the parts beside each other, and shows the smallest", () => {
  const rects = [...headOf({ failed: 1, left: 99 }).matchAll(/<rect class="(\w+)" x="([\d.]+%)" width="([\d.]+%)"/g)];
  assertEquals(rects.map(([, ...parts]) => parts), [
    ["ok", "0%", "80%"],
    ["retried", "80%", "10%"],
    ["failed", "90%", "0.3%"],
  ]);
  assert(parseFragment(headOf({})).childNodes.length === 1);
});

Deno.test("drawHeadline() says good news and bad ones by a class of their own", () => {
  assert(headOf({}).includes('<p class="outcome bad">'));
  assert(headOf({ ok: 1_000, failed: 0, left: 0 }).includes('<p class="outcome good">'));
});
