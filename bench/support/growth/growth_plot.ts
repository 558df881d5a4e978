import { figureText } from "../figure_text.ts";
import type { Growth } from "./measure_growth.ts";

const WIDTH = 960;
const HEIGHT = 520;
const LEFT = 70;
const RIGHT = 650;
const TOP = 40;
const BOTTOM = 460;
const LABEL_GAP = 18;

/** Colours that can be told apart, also by those who see few of them, on white and on black. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#888888"] as const;

const STYLE = `text { font: 13px system-ui, sans-serif; fill: #1f2328 } .title { font-size: 16px; font-weight: 600 }
    .grid { stroke: #d0d7de } .back { fill: #ffffff }
    @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .grid { stroke: #30363d } .back { fill: #0d1117 } }`;

interface Line {
  readonly label: string;
  readonly points: readonly (readonly [size: number, ns: number])[];
}

/**
 * Draws the time of a call over how many there are, both axes in powers of ten: a cost that does not grow is level.
 *
 * @param growth What was measured; of each thing the first time is drawn.
 * @returns An SVG that is read on a light and on a dark page.
 */
export function growthPlot(growth: readonly Growth[]): string {
  const lines = growth.map(firstTimes);
  const all = lines.flatMap(({ points }) => points);
  const sizes = decadesOf(all.map(([size]) => size));
  const times = decadesOf(all.map(([, ns]) => ns));
  const x = scale(sizes, LEFT, RIGHT);
  const y = scale(times, BOTTOM, TOP);
  const parts = [
    ...sizes.map((size) => vertical(x(size), size)),
    ...times.map((ns) => horizontal(y(ns), ns)),
    ...lines.map(({ points }, index) => curve(points.map(([size, ns]) => [x(size), y(ns)]), COLOURS[index]!)),
    ...labels(lines.map((line) => ({ label: line.label, y: y(line.points.at(-1)![1]) }))),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">
  <title>Time of a call over how many there are</title>
  <style>${STYLE}</style>
  <rect class="back" width="${WIDTH}" height="${HEIGHT}"/>
  <text class="title" x="${LEFT}" y="22">Time of a call, over how many there are</text>
  ${parts.join("\n  ")}
</svg>
`;
}

function firstTimes({ title, points }: Growth): Line {
  const name = Object.keys(points[0]!.times)[0]!;
  return { label: `${title}: ${name}`, points: points.map(({ size, times }) => [size, times[name]!]) };
}

/** The powers of ten around some figures. */
function decadesOf(figures: readonly number[]): number[] {
  const [first, last] = [Math.floor(Math.log10(Math.min(...figures))), Math.ceil(Math.log10(Math.max(...figures)))];
  return Array.from({ length: last - first + 1 }, (_, n) => 10 ** (first + n));
}

function scale(decades: readonly number[], from: number, to: number): (figure: number) => number {
  const [first, last] = [Math.log10(decades[0]!), Math.log10(decades.at(-1)!)];
  return (figure) => Number((from + (to - from) * (Math.log10(figure) - first) / (last - first)).toFixed(1));
}

function vertical(x: number, size: number): string {
  const text = `<text x="${x}" y="${BOTTOM + 20}" text-anchor="middle">${size.toLocaleString("en")}</text>`;
  return `<line class="grid" x1="${x}" y1="${TOP}" x2="${x}" y2="${BOTTOM}"/>${text}`;
}

function horizontal(y: number, ns: number): string {
  const text = `<text x="${LEFT - 8}" y="${y + 4}" text-anchor="end">${figureText(ns, "ns")}</text>`;
  return `<line class="grid" x1="${LEFT}" y1="${y}" x2="${RIGHT}" y2="${y}"/>${text}`;
}

function curve(points: readonly (readonly [number, number])[], colour: string): string {
  const dots = points.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3.5" fill="${colour}"/>`).join("");
  const path = points.map(([x, y]) => `${x},${y}`).join(" ");
  return `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${path}"/>${dots}`;
}

/** Names beside the ends of the lines, moved down where two would overlap. */
function labels(ends: readonly { readonly label: string; readonly y: number }[]): string[] {
  const placed = ends.map((end, index) => ({ ...end, colour: COLOURS[index]! })).toSorted((a, b) => a.y - b.y);
  let lowest = -Infinity;
  return placed.map(({ label, y, colour }) => {
    lowest = Math.max(y, lowest + LABEL_GAP);
    const mark = `<circle cx="${RIGHT + 18}" cy="${lowest - 4}" r="5" fill="${colour}"/>`;
    return `${mark}<text x="${RIGHT + 28}" y="${lowest}">${label}</text>`;
  });
}
