import { figureText } from "../figure_text.ts";
import { type Axis, linePlot, type PlotLine } from "../plots/line_plot.ts";
import type { Growth } from "./measure_growth.ts";

/**
 * Draws the time of a call over how many there are, both axes in powers of ten: a cost that does not grow is level.
 *
 * @param growth What was measured; of each thing the first time is drawn.
 * @returns An SVG that is read on a light and on a dark page.
 */
export function growthPlot(growth: readonly Growth[]): string {
  const lines = growth.map(firstTimes);
  const all = lines.flatMap(({ points }) => points);
  return linePlot({
    title: "Time of a call, over how many there are",
    width: 960,
    height: 520,
    right: 310,
    x: decades("how many there are", all.map(([size]) => size), (size) => size.toLocaleString("en")),
    y: decades("time of a call", all.map(([, ns]) => ns), (ns) => figureText(ns, "ns")),
    lines,
  });
}

function firstTimes({ title, points }: Growth): PlotLine {
  const name = Object.keys(points[0]!.times)[0]!;
  return {
    label: `${title}: ${name}`,
    points: points.map(({ size, times }) => [size, times[name]!]),
    hasDots: true,
  };
}

/** An axis in the powers of ten around some figures. */
function decades(label: string, figures: readonly number[], text: (tick: number) => string): Axis {
  const [first, last] = [Math.floor(Math.log10(Math.min(...figures))), Math.ceil(Math.log10(Math.max(...figures)))];
  const ticks = Array.from({ length: last - first + 1 }, (_, n) => 10 ** (first + n));
  return { label, ticks, text, scale: Math.log10 };
}
