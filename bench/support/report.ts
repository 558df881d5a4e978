import { barText, figureText, ratioText, spreadText } from "./figure_text.ts";
import { markdownTable } from "./markdown.ts";
import { type RowResult, type SectionResult, type Verdict, verdictsOf } from "./result.ts";
import type { Timing } from "./take_turns.ts";

const HEAD = ["what", "ours", "beside", "it takes", "ours is … times that", "bar", ""];

/**
 * A section with its table.
 *
 * @param section What was measured.
 * @returns Markdown.
 */
export function sectionText({ title, rows }: SectionResult): string {
  return `### ${title}\n\n${fullTable(rows)}`;
}

/**
 * A table of rows with all that was measured.
 *
 * @param rows What was measured.
 * @returns Markdown.
 */
export function fullTable(rows: readonly RowResult[]): string {
  return markdownTable(HEAD, rows.flatMap(linesOf));
}

/**
 * A short table of some rows: ours, and each peer's multiple.
 *
 * @param rows What was measured.
 * @returns Markdown.
 */
export function shortTable(rows: readonly RowResult[]): string {
  const lines = rows.map(({ name, unit, timings: [ours, ...peers] }) => [
    name,
    figureText(ours.figure.median, unit),
    peers.map((peer) => `${ratioText(peer.ratio.median)} × ${peer.name}`).join(", "),
  ]);
  return markdownTable(["what", "time", "compared with"], lines);
}

function linesOf(row: RowResult): string[][] {
  const verdicts = verdictsOf(row);
  const [ours, ...peers] = row.timings;
  const own = [row.name, inUnit(ours, row)];
  const figureVerdict = verdicts.find(({ bar }) => !("beside" in bar));
  if (peers.length === 0) return [[...own, "", "", "", ...verdictCells(figureVerdict, row)]];
  return peers.map((peer, index) => {
    const verdict = verdicts.find(({ bar }) => "beside" in bar && bar.beside === peer.name);
    const cells = [peer.name, inUnit(peer, row), spreadText(peer.ratio, ratioText)];
    const shown = verdict ?? (index === 0 ? figureVerdict : undefined);
    return [...(index === 0 ? own : ["", ""]), ...cells, ...verdictCells(shown, row)];
  });
}

function inUnit({ figure }: Timing, { unit }: RowResult): string {
  return spreadText(figure, (each) => figureText(each, unit));
}

function verdictCells(verdict: Verdict | undefined, { unit }: RowResult): [string, string] {
  return verdict === undefined ? ["", ""] : [barText(verdict.bar, unit), verdict.isMet ? "met" : "**missed**"];
}
