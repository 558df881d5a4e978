/** Colours that can be told apart, also by those who see few of them, on white and on black. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#888888"] as const;

const STYLE = `text { font: 13px system-ui, sans-serif; fill: #1f2328 } .title { font-size: 16px; font-weight: 600 }
    .grid { stroke: #d0d7de } .back { fill: #ffffff } .band { fill: #8b949e; opacity: 0.2 }
    @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .grid { stroke: #30363d } .back { fill: #0d1117 } }`;

const TOP = 60;
const BELOW = 50;
const LEFT = 70;
const LABEL_GAP = 18;

/** One of the two axes. */
export interface Axis {
  /** What it shows, with its unit. */
  readonly label: string;
  /** The values that have a line of the grid, in order: the first and the last are the ends of the axis. */
  readonly ticks: readonly number[];
  /** How such a value is written. */
  readonly text: (tick: number) => string;
  /** Where a value stands between two others: its logarithm, say. */
  readonly scale: (value: number) => number;
}

/** One line. */
export interface PlotLine {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Whether each point has a dot: where there are few. */
  readonly hasDots?: boolean;
  /** Whether the points are joined, which they are by default. */
  readonly hasLine?: boolean;
  /** Lines that lie upon each other are told apart by their dashes. */
  readonly dashes?: string;
}

/** What is drawn. */
export interface LinePlot {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  /** How much of the width is left on the right, for the names of the lines. */
  readonly right: number;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly PlotLine[];
  /** A part of the x axis that is shaded, and its name. */
  readonly band?: { readonly label: string; readonly from: number; readonly to: number };
}

/** Where the axes begin and end, and where a value is. */
interface Frame {
  readonly right: number;
  readonly bottom: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/**
 * Draws lines, each with its name beside its end.
 *
 * @param plot What is drawn.
 * @returns An SVG that is read on a light and on a dark page.
 */
export function linePlot(plot: LinePlot): string {
  const { title, width, height, lines, x, y, band } = plot;
  const [right, bottom] = [width - plot.right, height - BELOW];
  const frame: Frame = { right, bottom, x: scaled(x, LEFT, right), y: scaled(y, bottom, TOP) };
  const parts = [
    ...band === undefined ? [] : [shaded(band, frame)],
    ...x.ticks.map((tick) => vertical(frame, frame.x(tick), x.text(tick))),
    ...y.ticks.map((tick) => horizontal(frame, frame.y(tick), y.text(tick))),
    `<text x="${(LEFT + right) / 2}" y="${height - 8}" text-anchor="middle">${x.label}</text>`,
    `<text x="${LEFT - 50}" y="${TOP - 14}">${y.label}</text>`,
    ...lines.map((line, index) => curve(line, frame, COLOURS[index]!)),
    ...labels(lines, frame),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img">
  <title>${title}</title>
  <style>${STYLE}</style>
  <rect class="back" width="${width}" height="${height}"/>
  <text class="title" x="${LEFT - 50}" y="22">${title}</text>
  ${parts.join("\n  ")}
</svg>
`;
}

function scaled({ ticks, scale }: Axis, from: number, to: number): (value: number) => number {
  const [first, last] = [scale(ticks[0]!), scale(ticks.at(-1)!)];
  return (value) => Number((from + (to - from) * (scale(value) - first) / (last - first)).toFixed(1));
}

function shaded({ label, from, to }: NonNullable<LinePlot["band"]>, { x, bottom }: Frame): string {
  const [start, end] = [x(from), x(to)];
  const text = `<text x="${(start + end) / 2}" y="${TOP + 18}" text-anchor="middle">${label}</text>`;
  return `<rect class="band" x="${start}" y="${TOP}" width="${end - start}" height="${bottom - TOP}"/>${text}`;
}

function vertical({ bottom }: Frame, x: number, text: string): string {
  const label = `<text x="${x}" y="${bottom + 20}" text-anchor="middle">${text}</text>`;
  return `<line class="grid" x1="${x}" y1="${TOP}" x2="${x}" y2="${bottom}"/>${label}`;
}

function horizontal({ right }: Frame, y: number, text: string): string {
  const label = `<text x="${LEFT - 8}" y="${y + 4}" text-anchor="end">${text}</text>`;
  return `<line class="grid" x1="${LEFT}" y1="${y}" x2="${right}" y2="${y}"/>${label}`;
}

function curve({ points, hasDots, hasLine, dashes }: PlotLine, { x, y }: Frame, colour: string): string {
  const placed = points.map(([atX, atY]) => [x(atX), y(atY)] as const);
  const radius = hasLine === false ? 2 : 3.5;
  const dots = hasDots
    ? placed.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="${radius}" fill="${colour}"/>`)
    : [];
  if (hasLine === false) return dots.join("");
  const dashed = dashes === undefined ? "" : ` stroke-dasharray="${dashes}"`;
  const path = placed.map((point) => point.join(",")).join(" ");
  return `<polyline fill="none" stroke="${colour}" stroke-width="2"${dashed} points="${path}"/>${dots.join("")}`;
}

/** Names beside the ends of the lines, moved down where two would overlap. */
function labels(lines: readonly PlotLine[], { right, y }: Frame): string[] {
  const ends = lines.map(({ label, points }, index) => ({
    label,
    y: y(points.at(-1)![1]),
    colour: COLOURS[index]!,
  }));
  let lowest = -Infinity;
  return ends.toSorted((a, b) => a.y - b.y).map((end) => {
    lowest = Math.max(end.y, lowest + LABEL_GAP);
    const mark = `<circle cx="${right + 14}" cy="${lowest - 4}" r="5" fill="${end.colour}"/>`;
    return `${mark}<text x="${right + 24}" y="${lowest}">${end.label}</text>`;
  });
}
