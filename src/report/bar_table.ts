import { percent } from "./chart.ts";
import { type Markup, markup, type MarkupPart } from "./markup.ts";

/** A row of a table with a bar. */
export interface BarRow {
  /** The cells, the name of the row first. */
  readonly cells: readonly MarkupPart[];
  /** How long the bar is, from 0 to 1. */
  readonly part: number;
  /** The class that colours it. */
  readonly kind: string;
}

/**
 * A table whose rows end with bars: a chart and its numbers in one.
 *
 * @param label What it shows.
 * @param head The names of the columns.
 * @param rows The rows.
 * @returns The element.
 */
export function drawBarTable(label: string, head: readonly string[], rows: readonly BarRow[]): Markup {
  const names = head.map((name) => markup`<th scope="col">${name}</th>`);
  const lines = rows.map(({ cells: [first, ...cells], part, kind }) => {
    // What is there at all can be seen.
    const width = part > 0 ? percent(Math.max(part, 0.004)) : "0";
    const bar =
      markup`<svg height="14" aria-hidden="true"><rect class="${kind}" width="${width}" height="14" rx="2" /></svg>`;
    return markup`<tr><th scope="row">${first}</th>${
      cells.map((cell) => markup`<td>${cell}</td>`)
    }<td class="bar">${bar}</td></tr>`;
  });
  return markup`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table class="bars"><thead><tr>${names}<td class="bar"></td></tr></thead><tbody>${lines}</tbody></table></div>`;
}
