import { type Bar, BARS } from "../bars.ts";
import type { Growth } from "./growth/measure_growth.ts";
import type { Unit } from "./row.ts";
import type { Timing } from "./take_turns.ts";

/** What a row came to. */
export interface RowResult {
  readonly name: string;
  readonly unit: Unit;
  readonly timings: readonly [Timing, ...Timing[]];
}

/** The rows of a file. */
export interface SectionResult {
  readonly title: string;
  readonly rows: readonly RowResult[];
}

/** All that one run has measured, as it is saved. */
export interface BenchResult {
  /** The day, such as `2026-11-26`. */
  readonly day: string;
  /** The runtime, the system and the processor. */
  readonly machine: string;
  /** Whether it was a quick look, of a few rounds. */
  readonly isQuick: boolean;
  /** How long all of it took, in seconds. */
  readonly seconds: number;
  readonly sections: readonly SectionResult[];
  readonly growth: readonly Growth[];
}

/** A bar and whether the row reached it. */
export interface Verdict {
  readonly bar: Bar;
  readonly isMet: boolean;
}

/**
 * Holds a row to its bars.
 *
 * @param row What was measured.
 * @param bars What it has to reach; by default those of `bars.ts`.
 * @returns A verdict for each bar; none where the row has no bar.
 * @throws {Error} If a bar stands beside somebody who is not in the row.
 */
export function verdictsOf(row: RowResult, bars: readonly Bar[] = BARS[row.name] ?? []): Verdict[] {
  return bars.map((bar) => ({ bar, isMet: reaches(row, bar) }));
}

function reaches({ name, timings }: RowResult, bar: Bar): boolean {
  if (!("beside" in bar)) {
    const { median } = timings[0].figure;
    return median <= (bar.atMost ?? Infinity) && median >= (bar.atLeast ?? -Infinity);
  }
  const rival = timings.find((timing) => timing.name === bar.beside);
  if (rival === undefined) throw new Error(`Nobody in "${name}" is called "${bar.beside}"`);
  if ("atMost" in bar) return rival.ratio.median <= bar.atMost;
  // By the ratio, as that is taken within a round: a machine that is slower for some rounds is so for both.
  return timings[0].figure.median * (1 - 1 / rival.ratio.median) <= bar.atMostMore;
}

/**
 * The bars that were missed, and those of rows that were not measured.
 *
 * @param sections What was measured.
 * @returns The names of the rows.
 */
export function missedIn(sections: readonly SectionResult[]): string[] {
  const rows = new Map(sections.flatMap((section) => section.rows).map((row) => [row.name, row]));
  return Object.keys(BARS).filter((name) => {
    const row = rows.get(name);
    return row === undefined || verdictsOf(row).some(({ isMet }) => !isMet);
  });
}
