import { type Markup, markup, type MarkupPart } from "./markup.ts";

/** A chart with all that belongs to it. */
export interface Figure {
  /** What is to be seen. */
  readonly title: string;
  /** How to read it: what the axes are, and in what units. */
  readonly caption: MarkupPart;
  /** What the colours mean, by their classes. */
  readonly legend?: readonly (readonly [kind: string, text: string])[];
  /** The chart. */
  readonly chart: Markup;
  /** The same in numbers. */
  readonly table?: Table;
}

/** A table. */
export interface Table {
  /** What it shows. */
  readonly caption: string;
  /** The names of its columns; the first names the rows. */
  readonly head: readonly string[];
  /** Its rows. */
  readonly rows: readonly (readonly MarkupPart[])[];
}

/**
 * A chart with its title, its legend and a table to be opened.
 *
 * @param figure The chart and what belongs to it.
 * @returns The element.
 */
export function drawFigure({ title, caption, legend = [], chart, table }: Figure): Markup {
  const keys = legend.map(([kind, text]) =>
    markup`<li><svg class="key" aria-hidden="true"><rect class="${kind}" width="14" height="14" rx="2"/></svg>${text}</li>`
  );
  const list = keys.length === 0 ? undefined : markup`<ul class="legend">${keys}</ul>`;
  const numbers = table === undefined
    ? undefined
    : markup`<details><summary>${table.caption}</summary>${drawTable(table)}</details>`;
  return markup`<figure><figcaption><h2>${title}</h2><p>${caption}</p></figcaption>${list}<div class="plot">${chart}</div>${numbers}</figure>`;
}

/**
 * A table that can be moved by the keyboard where it is wider than the page.
 *
 * @param table What it shows.
 * @returns The element.
 */
export function drawTable({ caption, head, rows }: Table): Markup {
  const names = head.map((name) => markup`<th scope="col">${name}</th>`);
  const lines = rows.map(([first, ...cells]) =>
    // HTML lets these elements end by themselves, which saves a third of a long table.
    markup`<tr><th scope="row">${first}${cells.map((cell) => markup`<td>${cell}`)}`
  );
  return markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table><thead><tr>${names}</tr></thead><tbody>${lines}</tbody></table></div>`;
}
