/**
 * A table as `deno fmt` leaves it: columns padded to their widest cell.
 *
 * @param head The first line.
 * @param lines The others, as many cells each.
 * @returns The text, without a line break at its end.
 */
export function markdownTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) => Math.max(1, cell.length, ...lines.map((line) => line[column]!.length)));
  const print = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  return [print(head), print(widths.map((width) => "-".repeat(width))), ...lines.map(print)].join("\n");
}

/**
 * Puts a text between the marks of a block: `<!-- bench:<name> -->` and `<!-- /bench:<name> -->`.
 *
 * @param document The whole text.
 * @param name The block's name.
 * @param text What stands in it from now on.
 * @returns The document with it.
 * @throws {Error} If the document has no such block.
 */
export function replaceBlock(document: string, name: string, text: string): string {
  const [open, close] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const [start, end] = [document.indexOf(open), document.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`There is no block ${open} … ${close}`);
  return `${document.slice(0, start + open.length)}\n\n${text}\n\n${document.slice(end)}`;
}
