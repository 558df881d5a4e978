/** A mark on an axis. */
export interface Tick {
  /** Where it stands, from 0 at the begin of the axis to 1 at its end. */
  readonly at: number;
  /** What it says. */
  readonly label: string;
  /** Whether it is left out where there is little room. */
  readonly isMinor?: boolean;
}

const STEPS = [1, 2, 5, 10];
const TIME_STEPS_S = [
  ...[0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3_600),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000].map((days) => days * 86_400),
];

/**
 * The end of an axis for values up to `max`, and the distance of its marks: round numbers, three to six marks.
 *
 * @param max The largest value.
 * @returns The end and the distance.
 */
export function roundAxis(max: number): { readonly end: number; readonly step: number } {
  if (!(max > 0)) return { end: 1, step: 1 };
  const rough = max / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = STEPS.map((each) => each * power).find((each) => each >= rough * 0.999)!;
  return { end: Math.ceil(max / step * 0.999) * step, step };
}

/**
 * The marks of an axis from 0 to `end`.
 *
 * @param end The end of the axis.
 * @param step The distance of the marks.
 * @param format Makes the label of a value.
 * @returns The marks, 0 included.
 */
export function ticksOf(end: number, step: number, format: (value: number) => string): readonly Tick[] {
  const count = Math.round(end / step);
  return Array.from({ length: count + 1 }, (_, i) => ({ at: i / count, label: format(i * step) }));
}

/**
 * The distance of marks on an axis of time.
 *
 * @param seconds What the axis shows.
 * @param maxTicks How many marks there may be.
 * @returns The distance, in seconds.
 */
export function timeStep(seconds: number, maxTicks: number): number {
  return TIME_STEPS_S.find((step) => seconds / step <= maxTicks) ?? TIME_STEPS_S.at(-1)!;
}
