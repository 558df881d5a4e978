import { formatDuration } from "../errors/format_duration.ts";
import { printable } from "../errors/printable.ts";
import { reportSafely } from "../runtime/report_safely.ts";
import { writeAbove } from "../runtime/terminal_lines.ts";

/** Warns once of each `kind` of likely mistake. */
export type Warn = (kind: string, message: string) => void;

/** How much is remembered as warned about; at the next all is forgotten. */
const MAX_WARNED = 10_000;

let isSilenced = false;
let current: Warn | undefined;
const warned = new Set<string>();

/**
 * Lets nothing be written by {@link writeWarning}, or lets it again.
 *
 * @param silenced Whether to write no more warnings.
 */
export function silenceWarnings(silenced: boolean): void {
  isSilenced = silenced;
}

/**
 * Writes one line of warning to stderr, unless that is silenced.
 *
 * @param message The warning, in one line.
 */
export function writeWarning(message: string): void {
  if (!isSilenced) reportSafely(() => writeAbove(() => console.warn(printable(`opero: ${message}`))));
}

/**
 * Whether `key` is not among what was warned about; it is from now on.
 *
 * @param warned What was warned about.
 * @param key What is warned about now.
 * @returns `true` the first time.
 */
export function isFirst(warned: Set<string>, key: string): boolean {
  if (warned.has(key)) return false;
  if (warned.size >= MAX_WARNED) warned.clear();
  warned.add(key);
  return true;
}

/**
 * Does `work`, whose options are warned about through `warn`.
 *
 * @param warn Gets each warning.
 * @param work Checks the options.
 * @returns What `work` returns.
 */
export function warningThrough<R>(warn: Warn, work: () => R): R {
  const outer = current;
  current = warn;
  try {
    return work();
  } finally {
    current = outer;
  }
}

/** From so many seconds on a bare number is likely to be milliseconds. */
const MIN_DOUBTFUL_SECONDS = 1_000;

/**
 * Warns where `value`, a duration, looks like milliseconds. `task` says what it is for, as in `wrap "fetchUser"`.
 *
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @param option The name of the option.
 * @param value The value of the option.
 */
export function warnOfBareSeconds(task: string, option: string, value: unknown): void {
  if (typeof value !== "number" || value < MIN_DOUBTFUL_SECONDS || !Number.isFinite(value)) return;
  const warn = current ?? warnOfItself;
  warn(
    `seconds of ${task} ${option}`,
    `'${option}: ${value}' is ${value} seconds (${formatDuration(value * 1_000)}): to ${task}, ` +
      `write "${shortForm(value)}" for milliseconds, or "${value}s" for what it is now`,
  );
}

function shortForm(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}

/** For what belongs to no instance. */
function warnOfItself(kind: string, message: string): void {
  if (!isSilenced && isFirst(warned, kind)) writeWarning(message);
}
