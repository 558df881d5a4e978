import { percent } from "./chart.ts";
import { formatNumber, formatShare, formatSpan, formatTime } from "./format_value.ts";
import { type Markup, markup, type MarkupPart } from "./markup.ts";
import type { RunAbout, RunReport, RunTotals } from "../run_stats/run_report.ts";

/**
 * How the run came out, in one sentence.
 *
 * @param totals The figures of the whole.
 * @returns The sentence, without a full stop.
 */
export function outcomeOf({ items, ok, failed, left }: RunTotals): string {
  if (items === 0) return "No items";
  if (ok === items) return items === 1 ? "The item succeeded" : `All ${formatNumber(items)} items succeeded`;
  const missing = [
    failed > 0 ? `${formatNumber(failed)} failed` : "",
    left > 0 ? `${formatNumber(left)} not done` : "",
  ];
  return `${formatNumber(ok)} of ${formatNumber(items)} items succeeded, ${
    missing.filter((each) => each !== "").join(", ")
  }`;
}

/**
 * The head of the page: what ran, how it came out, and the figures of the whole.
 *
 * @param report The report.
 * @returns The element.
 */
export function drawHeadline({ about, totals }: RunReport): Markup {
  const version = about.version === undefined ? undefined : markup` <small>version ${about.version}</small>`;
  const kind = totals.ok === totals.items ? "good" : "bad";
  const outcome = markup`<p class="outcome ${kind}">${outcomeOf(totals)}</p>`;
  return markup`<header><h1>${about.task}${version}</h1>${outcome}${drawShare(totals)}<p class="when">${
    whenOf(about)
  }</p><dl class="figures">${figuresOf(totals)}</dl></header>`;
}

/** What part of the items came out how, as one bar. */
function drawShare({ items, ok, failed, retried }: RunTotals): Markup | undefined {
  if (items === 0) return undefined;
  const parts = [["ok", ok - retried], ["retried", retried], ["failed", failed]] as const;
  let from = 0;
  const bars = parts.map(([kind, count]) => {
    const bar = count === 0
      ? undefined
      : markup`<rect class="${kind}" x="${percent(from / items)}" width="${
        percent(Math.max(count / items, 0.003))
      }" height="12" />`;
    from += count;
    return bar;
  });
  const label = `${formatShare(ok, items)} succeeded, ${formatShare(failed, items)} failed`;
  return markup`<svg class="share" height="12" role="img" aria-label="${label}"><rect class="rest" width="100%" height="12"/>${bars}</svg>`;
}

function whenOf({ startedAt, endedAt, exit }: RunAbout): string {
  const [from, to] = [startedAt, endedAt].map((text) => text === undefined ? NaN : Date.parse(text));
  const times = [[from, "Began"], [to, "ended"]] as const;
  const known = times.flatMap(([ms, word]) => Number.isNaN(ms) ? [] : [`${word} ${formatTime(ms!)}`]);
  const parts = exit === undefined ? known : [...known, `${exit.reason} (exit code ${exit.code})`];
  return parts.join(" · ");
}

function figuresOf(totals: RunTotals): readonly Markup[] {
  const { items, ok, failed, left, fromJournal, attempts, itemSeconds, waitedSeconds } = totals;
  const figures: (readonly [name: string, value: MarkupPart, note?: MarkupPart] | undefined)[] = [
    ["succeeded", formatNumber(ok), formatShare(ok, items)],
    ["failed", formatNumber(failed), formatShare(failed, items)],
    left === 0 ? undefined : ["not done", formatNumber(left), formatShare(left, items)],
    fromJournal === 0 ? undefined : ["from the journal", formatNumber(fromJournal), "of an earlier run"],
    ["items per second", formatNumber(totals.itemsPerSecond), `for ${formatSpan(totals.seconds)}`],
    ["attempts per item", formatNumber(totals.attemptsPerItem), `${formatNumber(attempts)} in all`],
    waitedSeconds === 0
      ? undefined
      : ["of the time waited", formatShare(waitedSeconds, itemSeconds), "for limits and retries"],
    ...Object.entries(totals.costs).map(([name, cost]) => [name, formatNumber(cost), "in all"] as const),
  ];
  return figures.filter((each) => each !== undefined).map(([name, value, note]) => {
    const small = note === undefined ? undefined : markup` <span>${note}</span>`;
    return markup`<div><dt>${name}</dt><dd><b>${value}</b>${small}</dd></div>`;
  });
}
