const COLUMNS = 96;
const CHARACTER = 8;
const LINE = 19;
const PAD = 20;
const TOP = 48;
/** From here on the run does work for the processor, which is another story. */
const END = "Every record has its airport";
const ESCAPE = "\u001b";
/** What moves the cursor, and all other commands to a terminal but those of colours. */
const MOVES = new RegExp(`${ESCAPE}\\[\\d*(?:;\\d+)*[A-HJKST]|${ESCAPE}\\[\\?\\d+[hl]`, "g");
const COLOURS: Readonly<Record<string, string>> = {
  "31": "#ff7b72",
  "32": "#7ee787",
  "33": "#e3b341",
  "36": "#79c0ff",
};

/** A part of a line in one colour. */
interface Span {
  readonly column: number;
  readonly text: string;
  readonly colour: string | undefined;
}

/**
 * What a run of the demo left on its terminal: the bars as they were last, and the table, in their colours.
 *
 * @param recording All that the run wrote to the terminal, commands included.
 * @returns The lines.
 * @throws {Error} If it is no run of the demo to its end.
 */
export function demoLines(recording: string): string {
  const shown = recording.split("\n").map(lastState);
  const start = shown.findIndex((line) => line.includes("The nearest of"));
  const end = shown.findIndex((line) => line.startsWith(END));
  if (start < 0 || end < start) throw new Error(`The recording has no line that begins with "${END}"`);
  return `${shown.slice(start, end + 1).join("\n")}\n`;
}

/**
 * Draws what a run of the demo left on its terminal.
 *
 * @param shown The lines, as {@link demoLines} returns them.
 * @returns The SVG.
 */
export function demoPicture(shown: string): string {
  const lines = ["$ npx -y deno@2 run -A examples/demo/main.ts", "", ...shown.trimEnd().split("\n")];
  const [width, height] = [COLUMNS * CHARACTER + 2 * PAD, TOP + lines.length * LINE + 8];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img">
  <title>The demo in a terminal</title>
  <style>text { font: 13px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #e6edf3; white-space: pre }
    .window { fill: #0d1117; stroke: #30363d } @media (prefers-color-scheme: dark) { .window { stroke: #484f58 } }</style>
  <rect class="window" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
  <circle cx="20" cy="19" r="6" fill="#ff5f57"/><circle cx="40" cy="19" r="6" fill="#febc2e"/>` +
    `<circle cx="60" cy="19" r="6" fill="#28c840"/>
  ${lines.flatMap((line, row) => spansOf(line).map((span) => drawn(span, row))).join("\n  ")}
</svg>
`;
}

/** What is seen of a line: what was written after the last return to its start. */
function lastState(line: string): string {
  const states = line.replaceAll(MOVES, "\r").split("\r").filter((state) => plain(state).trim() !== "");
  return (states.at(-1) ?? "").trimEnd();
}

function plain(text: string): string {
  return text.replaceAll(new RegExp(`${ESCAPE}\\[[\\d;]*m`, "g"), "");
}

/** The parts of a line that are not blank, each in its colour. */
function spansOf(line: string): Span[] {
  let column = 0;
  let colour: string | undefined;
  return line.split(new RegExp(`(${ESCAPE}\\[[\\d;]*m)`)).flatMap((part) => {
    const code = part.match(/\[([\d;]*)m$/)?.[1];
    if (part.startsWith(ESCAPE) && code !== undefined) {
      colour = COLOURS[code];
      return [];
    }
    const start = column;
    column += part.length;
    const words = [...part.matchAll(/\S+(?: \S+)*/g)];
    return words.map(({ 0: text, index }) => ({ column: start + index, text, colour }));
  });
}

function drawn({ column, text, colour }: Span, row: number): string {
  const [x, y] = [PAD + column * CHARACTER, TOP + row * LINE + 8];
  const fill = colour === undefined ? "" : ` style="fill: ${colour}"`;
  const safe = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  // A font that is wider or narrower than most is made to fit, so that columns stay in line.
  return `<text x="${x}" y="${y}" textLength="${
    text.length * CHARACTER
  }" lengthAdjust="spacingAndGlyphs"${fill}>${safe}</text>`;
}
