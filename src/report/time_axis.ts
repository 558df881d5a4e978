import { type Tick, timeStep } from "./axis.ts";
import { percent } from "./chart.ts";
import { formatClock, formatSpan } from "./format_value.ts";
import { type Markup, markup } from "./markup.ts";
import type { ReportTimeline } from "../run_stats/run_report.ts";

const MAX_TICKS = 8;
/** Labels closer than that, as a part of the axis, would touch each other. */
const MIN_DISTANCE = 0.11;
const MIN_NARROW_DISTANCE = 0.31;
/** What is a millionth below a multiple is meant to be one. */
const ROUNDING = 1e-9;

/** The axis of time that charts share. */
export interface TimeAxis {
  /** Its marks. */
  readonly ticks: readonly Tick[];
  /** Lines where one run ended and another began later. */
  readonly breaks: readonly Markup[];
  /** What the marks say. */
  readonly meaning: string;
}

/**
 * The axis for the parts of a timeline: the time since the begin; the time of day where there was more than one run.
 *
 * @param timeline The timeline.
 * @param height How high the lines of the breaks are, in pixels.
 * @returns The axis.
 */
export function timeAxis({ bins, binSeconds }: ReportTimeline, height: number): TimeAxis {
  const breaks = bins.flatMap(({ atMs }, i) => {
    const gapMs = i === 0 ? 0 : atMs - bins[i - 1]!.atMs;
    return gapMs > binSeconds * 1_500 ? [{ place: i, gap: gapMs / 1_000 }] : [];
  });
  const lines = breaks.map(({ place, gap }) => {
    const x = percent(place / bins.length);
    return markup`<line class="break" x1="${x}" x2="${x}" y1="0" y2="${height}"><title>${
      formatSpan(gap)
    } later</title></line>`;
  });
  const isOneRun = breaks.length === 0;
  const originMs = isOneRun ? bins[0]!.atMs : 0;
  const label = (seconds: number) => isOneRun ? formatSpan(seconds) : formatClock(seconds * 1_000);
  const seconds = bins.map(({ atMs }) => (atMs - originMs) / 1_000);
  const ticks = ticksAt(
    seconds,
    breaks.map(({ place }) => place),
    timeStep(bins.length * binSeconds, MAX_TICKS),
    label,
  );
  const gaps = breaks.map(({ gap }) => formatSpan(gap)).join(", ");
  const meaning = isOneRun
    ? "the time since the run began"
    : `the time of day (UTC); the dotted line stands for ${gaps} without work`;
  return { ticks, breaks: lines, meaning };
}

/** Marks at the begin of each run, and at multiples of `step`. */
function ticksAt(
  seconds: readonly number[],
  breaks: readonly number[],
  step: number,
  label: (seconds: number) => string,
): readonly Tick[] {
  const begins = [0, ...breaks].map((place) => ({ at: place / seconds.length, label: label(seconds[place]!) }));
  const multiples = seconds.flatMap((each, i) => {
    const multiple = Math.floor(each / step + ROUNDING);
    const isPassed = i > 0 && multiple > Math.floor(seconds[i - 1]! / step + ROUNDING);
    return isPassed ? [{ at: i / seconds.length, label: label(multiple * step) }] : [];
  });
  const ticks: Tick[] = [];
  for (const tick of [...begins, ...multiples]) if (isClear(tick, ticks, MIN_DISTANCE)) ticks.push(tick);
  return thinned(ticks.sort((one, other) => one.at - other.at));
}

/** Marks that have a place in a narrow chart, too, and those between. */
function thinned(ticks: readonly Tick[]): readonly Tick[] {
  const major: Tick[] = [];
  return ticks.map((tick) => {
    if (!isClear(tick, major, MIN_NARROW_DISTANCE)) return { ...tick, isMinor: true };
    major.push(tick);
    return tick;
  });
}

function isClear({ at }: Tick, ticks: readonly Tick[], distance: number): boolean {
  return ticks.every((tick) => Math.abs(tick.at - at) >= distance);
}
