import { type BarRow, drawBarTable } from "./bar_table.ts";
import { drawTable } from "./figure.ts";
import { formatNumber, formatShare, formatSpan } from "./format_value.ts";
import { type Markup, markup, type MarkupPart } from "./markup.ts";
import type { ReportError, ReportItem, ReportItemName, ReportWorker } from "../run_stats/run_report.ts";

/** How many kinds of errors are shown with examples; all others are shown by their names. */
const MAX_DETAILED = 8;

/**
 * How many attempts items needed.
 *
 * @param attempts How many items needed 1, 2, 3, … attempts.
 * @param isOpenEnded Whether the last place counts those that needed more, too.
 * @returns The section, or `undefined` where no item needed any.
 */
export function drawAttempts(attempts: readonly number[], isOpenEnded: boolean): Markup | undefined {
  const total = attempts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const max = Math.max(...attempts);
  const rows = attempts.map((count, i): BarRow => {
    const name = isOpenEnded && i === attempts.length - 1 ? `${i + 1} or more` : `${i + 1}`;
    return {
      cells: [name, formatNumber(count), formatShare(count, total)],
      part: count / max,
      kind: i === 0 ? "ok" : "retried",
    };
  });
  return markup`<section><h2>Attempts that items needed</h2><p>Each item has one attempt, and one more for each retry and each fallback value.</p>${
    drawBarTable("Attempts that items needed", ["attempts", "items", "share"], rows)
  }</section>`;
}

/**
 * What failed.
 *
 * @param errors The kinds of errors, the most frequent first.
 * @param beganMs When the run began, in milliseconds since 1970.
 * @returns The section, or `undefined` where nothing failed.
 */
export function drawErrors(errors: readonly ReportError[], beganMs: number): Markup | undefined {
  if (errors.length === 0) return undefined;
  const max = errors[0]!.count;
  const after = (ms: number) => formatSpan(Math.max(0, ms - beganMs) / 1_000);
  const rows = errors.map(({ label, count, firstMs, lastMs }): BarRow => {
    return {
      cells: [label, formatNumber(count), after(firstMs), after(lastMs)],
      part: count / max,
      kind: "failed",
    };
  });
  const table = drawBarTable("Errors", ["error", "items", "first after", "last after"], rows);
  const examples = errors.slice(0, MAX_DETAILED).map(drawExamples);
  return markup`<section><h2>Errors</h2><p>What the last attempt of each failed item ended with. In messages, what may be private is masked.</p>${table}${examples}</section>`;
}

function drawExamples({ label, examples }: ReportError): Markup {
  const rows = examples.map(({ message, ...name }) => [nameOf(name), message === "" ? "(no message)" : message]);
  const title = `Examples of ${label}`;
  return markup`<details><summary>${title}</summary>${
    drawTable({ caption: title, head: ["item", "message"], rows })
  }</details>`;
}

/**
 * The items that took longest.
 *
 * @param items The items, the slowest first.
 * @returns The section, or `undefined` where there are none.
 */
export function drawSlowest(items: readonly ReportItem[]): Markup | undefined {
  if (items.length === 0) return undefined;
  const max = items[0]!.seconds;
  const rows = items.map(({ seconds, attempts, error, ...name }): BarRow => {
    return {
      cells: [nameOf(name), formatSpan(seconds), attempts, error ?? "succeeded"],
      part: max === 0 ? 0 : seconds / max,
      kind: error === undefined ? "running" : "failed",
    };
  });
  return markup`<section><h2>Slowest items</h2><p>The items that took longest, waits and retries included.</p>${
    drawBarTable("Slowest items", ["item", "time", "attempts", "outcome"], rows)
  }</section>`;
}

/**
 * What each machine did.
 *
 * @param workers The machines.
 * @returns The section, or `undefined` where all ran on one.
 */
export function drawWorkers(workers: readonly ReportWorker[]): Markup | undefined {
  if (workers.length === 0) return undefined;
  const max = Math.max(1, ...workers.map(({ done }) => done));
  const rows = workers.map(({ name, done, failed, busySeconds }): BarRow => {
    return {
      cells: [name, formatNumber(done), formatNumber(failed), formatSpan(done === 0 ? 0 : busySeconds / done)],
      part: done / max,
      kind: "ok",
    };
  });
  return markup`<section><h2>Machines</h2><p>What each machine did.</p>${
    drawBarTable("Machines", ["machine", "items", "failed", "time per item"], rows)
  }</section>`;
}

function nameOf({ index, key }: ReportItemName): MarkupPart {
  const place = index === undefined ? undefined : `#${formatNumber(index)}`;
  if (key === undefined) return place ?? "unnamed";
  return markup`${place}${place === undefined ? "" : " "}<code>${key}</code>`;
}
