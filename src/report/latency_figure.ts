import { roundAxis, type Tick, ticksOf } from "./axis.ts";
import { drawChart, percent, stepArea } from "./chart.ts";
import { drawFigure } from "./figure.ts";
import { formatNumber, formatShare, formatSpan } from "./format_value.ts";
import { type Markup, markup } from "./markup.ts";
import type { ReportLatency } from "../run_stats/run_report.ts";

const HEIGHT = 180;
const ROW_HEIGHT = 18;
const MARKED = ["p50", "p90", "p99", "max"] as const;
const NAMES = { p50: "half", p90: "90 %", p99: "99 %", max: "longest" } as const;
const MAX_TICKS = 9;

/**
 * How long items took.
 *
 * @param latency The counts and the quantiles.
 * @returns The figure, or `undefined` where there are no items.
 */
export function drawLatency(latency: ReportLatency): Markup | undefined {
  const { bins } = latency;
  if (bins.length === 0) return undefined;
  const counts = bins.map(({ count }) => count);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const max = Math.max(...counts);
  const { end, step } = roundAxis(max);
  const heights = counts.map((count) => count / end);
  return drawFigure({
    title: "How long items took",
    caption: "Items by the time from begin to end, waits and retries included, on a logarithmic scale.",
    chart: drawChart({
      label: `Half of the items took at most ${formatSpan(latency.p50)}, 90 % at most ${
        formatSpan(latency.p90)
      }, 99 % at most ${formatSpan(latency.p99)}, the longest ${formatSpan(latency.max)}.`,
      height: HEIGHT,
      headroom: MARKED.length * ROW_HEIGHT + 6,
      columns: bins.length,
      shapes: [{ path: stepArea(heights, heights.map(() => 0)), kind: "running" }],
      xTicks: timeTicks(bins),
      unit: "items",
      yTicks: ticksOf(end, step, formatNumber),
      notes: drawMarks(latency),
    }),
    table: {
      caption: "How long items took, as a table",
      head: ["from", "to", "items", "share"],
      rows: bins.filter(({ count }) => count > 0).map((
        { fromSeconds, toSeconds, count },
      ) => [formatSpan(fromSeconds), formatSpan(toSeconds), formatNumber(count), formatShare(count, total)]),
    },
  });
}

/** A line from the axis up to its label for each; each label has a row of its own above the columns, and stands over the lines. */
function drawMarks(latency: ReportLatency): readonly Markup[] {
  const marks = MARKED.map((name, i) => {
    const at = placeOf(latency, latency[name]);
    return { name, at, x: percent(at), y: (i - MARKED.length) * ROW_HEIGHT + 12 };
  });
  const lines = marks.map(({ x, y }) => markup`<line class="mark" x1="${x}" x2="${x}" y1="${y - 9}" y2="${HEIGHT}" />`);
  const labels = marks.map(({ name, at, x, y }) => {
    const [kind, shift] = at > 0.6 ? ["note end", -6] : ["note", 6];
    const text = `${NAMES[name]}: ${formatSpan(latency[name])}`;
    return markup`<text class="${kind}" x="${x}" dx="${shift}" y="${y}">${text}</text>`;
  });
  return [...lines, ...labels];
}

/** Where a time stands on the scale of logarithms. */
function placeOf({ bins }: ReportLatency, seconds: number): number {
  const i = bins.findIndex(({ toSeconds }) => seconds < toSeconds);
  if (i < 0) return 1;
  const { fromSeconds, toSeconds } = bins[i]!;
  const within = fromSeconds === 0 ? 0.5 : Math.log(seconds / fromSeconds) / Math.log(toSeconds / fromSeconds);
  return (i + Math.min(1, Math.max(0, within))) / bins.length;
}

/** Marks at 1, 2 and 5 times powers of ten, or fewer where there are many. */
function timeTicks(bins: ReportLatency["bins"]): readonly Tick[] {
  const latency = { bins } as ReportLatency;
  const first = bins[0]!.fromSeconds;
  const last = bins.at(-1)!.toSeconds;
  const powers = Array.from({ length: 13 }, (_, i) => 10 ** (i - 6));
  const choices = [[1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]];
  const within = choices.map((factors) =>
    powers.flatMap((power) => factors.map((factor) => power * factor)).filter((value) =>
      value >= first && value <= last
    )
  );
  const values = within.find((each) => each.length <= MAX_TICKS) ?? within.at(-1)!;
  return values.map((value, i) => ({
    at: placeOf(latency, value * (1 + 1e-9)),
    label: formatSpan(value),
    isMinor: i % 2 === 1,
  }));
}
