import { type Markup, markup } from "./markup.ts";
import type { Tick } from "./axis.ts";

/** The height of the coordinates that shapes are drawn in. */
export const SHAPE_HEIGHT = 1_000;

/** What is drawn within the axes. */
export interface ChartShape {
  /** The outline, in coordinates from 0 to {@link Chart.columns} and from 0, at the top, to {@link SHAPE_HEIGHT}. */
  readonly path: string;
  /** The class that colours it. */
  readonly kind: string;
}

/** A chart. Its texts keep their size, whatever its width; its shapes are stretched. */
export interface Chart {
  /** What it shows, for those who cannot see it. */
  readonly label: string;
  /** The height of the shapes, in pixels. */
  readonly height: number;
  /** The space above the shapes, in pixels. */
  readonly headroom?: number;
  /** How many columns there are from left to right. */
  readonly columns: number;
  /** What is drawn. */
  readonly shapes: readonly ChartShape[];
  /** The marks below. */
  readonly xTicks: readonly Tick[];
  /** What the marks to the left count, in a word. */
  readonly unit: string;
  /** The marks to the left. */
  readonly yTicks: readonly Tick[];
  /** What stands in addition, in percent from left to right and pixels from the top of the shapes. */
  readonly notes?: readonly Markup[];
}

const AXIS_HEIGHT = 30;

/**
 * Draws a chart as SVG.
 *
 * @param chart What to draw.
 * @returns The element.
 */
export function drawChart(chart: Chart): Markup {
  const { label, height, headroom = 24, columns, shapes, xTicks, unit, yTicks, notes = [] } = chart;
  const rows = yTicks.map(({ at, label }) => {
    const y = Math.round(height * (1 - at)) + 0.5;
    return markup`<line class="grid" x2="100%" y1="${y}" y2="${y}" /><text class="y" x="-8" y="${
      y + 4
    }">${label}</text>`;
  });
  const marks = xTicks.map(({ at, label, isMinor }) => {
    const kind = at < 0.02 ? "x first" : at > 0.97 ? "x last" : "x";
    return markup`<text class="${kind}${isMinor ? " minor" : ""}" x="${percent(at)}" y="${
      height + 24
    }">${label}</text>`;
  });
  const box = `0 0 ${columns} ${SHAPE_HEIGHT}`;
  const paths = shapes.map(({ path, kind }) => markup`<path class="${kind}" d="${path}" />`);
  const total = height + headroom + AXIS_HEIGHT;
  return markup`<svg class="chart" role="img" aria-label="${label}" height="${total}"><svg y="${headroom}" overflow="visible"><text class="y" x="-8" y="-14">${unit}</text>${rows}${marks}<svg viewBox="${box}" preserveAspectRatio="none" width="100%" height="${height}">${paths}</svg>${notes}</svg></svg>`;
}

/**
 * The outline between two rows of steps, one step a column.
 *
 * @param tops The upper heights, as parts of the whole height from 0 to 1.
 * @param bottoms The lower heights.
 * @returns The outline, or `""` where there is nothing between them.
 */
export function stepArea(tops: readonly number[], bottoms: readonly number[]): string {
  const areas: string[] = [];
  for (let start = 0; start < tops.length; start++) {
    const end = endOfArea(tops, bottoms, start);
    if (end > start) areas.push(areaPath(tops, bottoms, start, end));
    start = Math.max(start, end);
  }
  return areas.join("");
}

function endOfArea(tops: readonly number[], bottoms: readonly number[], start: number): number {
  let end = start;
  while (end < tops.length && tops[end]! > bottoms[end]!) end++;
  return end;
}

function areaPath(tops: readonly number[], bottoms: readonly number[], start: number, end: number): string {
  let path = `M${start} ${downFrom(bottoms[start]!)}`;
  for (let i = start; i < end; i++) path += `V${downFrom(tops[i]!)}H${i + 1}`;
  for (let i = end - 1; i >= start; i--) path += `V${downFrom(bottoms[i]!)}H${i}`;
  return `${path}Z`;
}

function downFrom(part: number): number {
  return Math.round(SHAPE_HEIGHT * (1 - part));
}

/**
 * A place from left to right.
 *
 * @param part The place, from 0 to 1.
 * @returns The place as an attribute of SVG.
 */
export function percent(part: number): string {
  return `${Math.round(part * 10_000) / 100}%`;
}
