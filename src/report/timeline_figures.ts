import { roundAxis, ticksOf } from "./axis.ts";
import { type ChartShape, drawChart, stepArea } from "./chart.ts";
import { drawFigure, type Table } from "./figure.ts";
import { formatNumber, formatShare, formatSpan, formatTime } from "./format_value.ts";
import type { Markup } from "./markup.ts";
import { timeAxis } from "./time_axis.ts";
import type { ReportBin, ReportTimeline } from "../run_stats/run_report.ts";

const HEIGHT = 200;

/** A row of a stack: what of each part it shows, the class of its colour, and its name. */
interface Row {
  readonly kind: string;
  readonly name: string;
  readonly read: (bin: ReportBin) => number;
}

const ENDED: readonly Row[] = [
  { kind: "ok", name: "succeeded at the first attempt", read: ({ ok }) => ok },
  { kind: "retried", name: "succeeded after retries", read: ({ retried }) => retried },
  { kind: "failed", name: "failed", read: ({ failed }) => failed },
];

const IN_FLIGHT: readonly Row[] = [
  { kind: "running", name: "running", read: ({ inFlight, waiting }) => Math.max(0, inFlight - waiting) },
  { kind: "waiting", name: "waiting for limits or a retry", read: ({ waiting }) => waiting },
];

/**
 * How many items ended in each second, and how.
 *
 * @param timeline What happened when.
 * @returns The figure, or `undefined` where nothing happened.
 */
export function drawThroughput(timeline: ReportTimeline): Markup | undefined {
  const { bins, binSeconds } = timeline;
  const stack = stackOf(ENDED.map((row) => bins.map((bin) => row.read(bin) / binSeconds)));
  const used = ENDED.filter((row) => bins.some((bin) => row.read(bin) > 0));
  if (used.length === 0) return undefined;
  const frame = frameOf(timeline, stack.max, "items/s");
  const peak = formatNumber(stack.max);
  return drawFigure({
    title: "Items done over time",
    caption: `Items per second, by ${frame.meaning}. Each step is ${formatSpan(binSeconds)}.`,
    legend: used.map(({ kind, name }) => [kind, name]),
    chart: drawChart({
      label: `Items per second over ${formatSpan(bins.length * binSeconds)}: at most ${peak} items per second.`,
      ...frame,
      shapes: shapesOf(stack, ENDED),
    }),
    table: {
      caption: "Items done over time, as a table",
      head: ["time (UTC)", ...ENDED.map(({ name }) => name)],
      rows: bins.filter((bin) => ENDED.some(({ read }) => read(bin) > 0)).map((
        bin,
      ) => [formatTime(bin.atMs).slice(0, 19), ...ENDED.map(({ read }) => formatNumber(read(bin)))]),
    },
  });
}

/**
 * How many items were in flight, and how many of them waited.
 *
 * @param timeline What happened when.
 * @returns The figure, or `undefined` where nothing happened.
 */
export function drawInFlight(timeline: ReportTimeline): Markup | undefined {
  const { bins } = timeline;
  const stack = stackOf(IN_FLIGHT.map((row) => bins.map(row.read)));
  if (stack.max === 0) return undefined;
  const frame = frameOf(timeline, stack.max, "items");
  const pauses = bins.map(({ paused }) => paused >= 0.5 ? 1 : 0);
  const isPaused = pauses.includes(1);
  const zeros = bins.map(() => 0);
  const shapes = [{ path: stepArea(pauses, zeros), kind: "paused" }, ...shapesOf(stack, IN_FLIGHT)];
  return drawFigure({
    title: "Items in flight",
    caption: `Items that were worked on at the same time, on average, by ${frame.meaning}.`,
    legend: [
      ...IN_FLIGHT.map(({ kind, name }): [string, string] => [kind, name]),
      ...(isPaused ? [["paused", "paused, as the service asked for it"] as const] : []),
    ],
    chart: drawChart({
      label: `Items in flight: at most ${formatNumber(stack.max)} at once.`,
      ...frame,
      shapes,
    }),
    table: inFlightTable(timeline),
  });
}

function inFlightTable({ bins }: ReportTimeline): Table {
  return {
    caption: "Items in flight, as a table",
    head: ["time (UTC)", "in flight", "of these waiting", "paused"],
    rows: bins.filter(({ inFlight }) => inFlight > 0).map((
      { atMs, inFlight, waiting, paused },
    ) => [formatTime(atMs).slice(0, 19), formatNumber(inFlight), formatNumber(waiting), formatShare(paused, 1)]),
  };
}

/** Rows that stand on each other. */
interface Stack {
  /** The upper heights of each row, its lower ones being those of the row before. */
  readonly levels: readonly (readonly number[])[];
  /** The greatest height of all. */
  readonly max: number;
}

function stackOf(rows: readonly (readonly number[])[]): Stack {
  const levels: number[][] = [];
  for (const row of rows) levels.push(row.map((value, i) => value + (levels.at(-1)?.[i] ?? 0)));
  return { levels, max: (levels.at(-1) ?? []).reduce((max, each) => Math.max(max, each), 0) };
}

function shapesOf({ levels, max }: Stack, rows: readonly Row[]): ChartShape[] {
  const { end } = roundAxis(max);
  const parts = levels.map((level) => level.map((height) => height / end));
  const zeros = (levels[0] ?? []).map(() => 0);
  return rows.map(({ kind }, i) => ({ kind, path: stepArea(parts[i]!, parts[i - 1] ?? zeros) }));
}

function frameOf(timeline: ReportTimeline, max: number, unit: string) {
  const { end, step } = roundAxis(max);
  const { ticks, breaks, meaning } = timeAxis(timeline, HEIGHT);
  return {
    height: HEIGHT,
    columns: timeline.bins.length,
    xTicks: ticks,
    unit,
    yTicks: ticksOf(end, step, formatNumber),
    notes: breaks,
    meaning,
  };
}
