import { printable } from "../errors/printable.ts";
import type { ProgressState, ShownState } from "./progress.ts";
import { cutToWidth, textWidth } from "./text_width.ts";

/** What a line of progress is to look like. */
export interface ProgressLook {
  /** What runs. */
  readonly label: string;
  /** The columns there are. */
  readonly width: number;
  /** Whether colours may be used. */
  readonly isColored: boolean;
}

const MAX_BAR_WIDTH = 40;
const MIN_BAR_WIDTH = 8;
const MAX_LABEL_WIDTH = 24;
const MAX_NAMED_WORKERS = 4;
const SEPARATOR = "  ";

const GREEN = 32;
const RED = 31;
const YELLOW = 33;
const GREY = 90;

interface Part {
  readonly text: string;
  readonly color?: number;
}

/**
 * The line that a terminal of `look.width` columns shows, with a bar if the total is known. Where it
 * is too narrow, first the bar goes, then the names of workers, what was retried, cached and journaled, the number of workers, the
 * elapsed time, the rate, the label, the rest.
 *
 * @param state The figures of the run.
 * @param look The width, the label and the characters.
 * @returns The line, without a line break.
 */
export function renderProgressBar(state: ShownState, look: ProgressLook): string {
  const label: Part = { text: cutToWidth(printable(look.label), MAX_LABEL_WIDTH) };
  const count: Part = { text: formatCount(state) };
  const failed = countedPart(state.failed, "failed", RED);
  const others = [...countedPart(state.retried, "retried", YELLOW), ...spared(state)];
  const rate: Part = { text: formatRate(state.rate) };
  const rest = formatRest(state);
  const elapsed: Part = { text: formatClock(state.elapsed), color: GREY };
  const [named, counted] = workerParts(state);
  const versions = [
    [label, count, ...failed, ...others, rate, elapsed, ...rest, ...named],
    [label, count, ...failed, ...others, rate, elapsed, ...rest, ...counted],
    [label, count, ...failed, rate, elapsed, ...rest, ...counted],
    [label, count, ...failed, rate, elapsed, ...rest],
    [label, count, ...failed, rate, ...rest],
    [label, count, ...failed, ...rest],
    [count, ...failed, ...rest],
    [count, ...failed],
    [count],
  ];
  const parts = versions.find((version) => widthOf(version) <= look.width);
  if (parts === undefined) return count.text.slice(0, Math.max(0, look.width));
  return paint(insertBar(parts, state, look.width), look.isColored);
}

/**
 * The line for a log file, where nothing can be drawn over.
 *
 * @param state The figures of the run.
 * @param label The name of the run.
 * @returns The line, without a line break.
 */
export function renderProgressLine(state: ShownState, label: string): string {
  const counts = [
    ...countedPart(state.failed, "failed", RED),
    ...countedPart(state.retried, "retried", YELLOW),
    ...spared(state),
  ].map(({ text }) => text);
  const times = [`${formatClock(state.elapsed)} elapsed`, ...formatRest(state).map(({ text }) => text)];
  const workers = workerParts(state)[0].map(({ text }) => text);
  const parts = [formatCount(state), ...counts, formatRate(state.rate), ...times, ...workers];
  return `${printable(label)}: ${parts.join(", ")}`;
}

/** The items that needed no work. */
function spared({ cached, journaled, skipped }: ShownState): Part[] {
  return [
    ...countedPart(cached, "cached", GREY),
    ...countedPart(journaled, "journaled", GREY),
    ...countedPart(skipped, "skipped", GREY),
  ];
}

/** Who works, by name and by number; of more than a few the names say little. */
function workerParts({ workers = [] }: ShownState): readonly [named: Part[], counted: Part[]] {
  if (workers.length === 0) return [[], []];
  const counted = [{ text: `${workers.length} ${workers.length === 1 ? "worker" : "workers"}`, color: GREY }];
  if (workers.length > MAX_NAMED_WORKERS) return [counted, counted];
  const names = workers.map(({ name, done }) => `${cutToWidth(printable(name), MAX_LABEL_WIDTH)} ${grouped(done)}`);
  return [[{ text: `by ${names.join(", ")}`, color: GREY }], counted];
}

/** The bar stands after the label and takes what is left over, within its bounds. */
function insertBar(parts: readonly Part[], state: ProgressState, width: number): Part[] {
  // Of a line that has lost its label, its rate or its rest, a bar would be all that one sees.
  const isFull = parts.length >= 4;
  const barWidth = Math.min(MAX_BAR_WIDTH, width - widthOf(parts) - SEPARATOR.length);
  if (state.total === undefined || !isFull || barWidth < MIN_BAR_WIDTH) return [...parts];
  const share = state.total === 0 ? 1 : Math.min(1, state.done / state.total);
  const filled = Math.floor(share * barWidth);
  const bar = { text: "█".repeat(filled), rest: "░".repeat(barWidth - filled) };
  return [parts[0]!, { text: bar.text + bar.rest, color: GREEN }, ...parts.slice(1)];
}

function paint(parts: readonly Part[], isColored: boolean): string {
  const texts = parts.map(({ text, color }) =>
    isColored && color !== undefined ? `\x1b[${color}m${text}\x1b[39m` : text
  );
  return texts.join(SEPARATOR);
}

function widthOf(parts: readonly Part[]): number {
  return parts.reduce((width, { text }) => width + textWidth(text), SEPARATOR.length * (parts.length - 1));
}

function formatCount({ done, total }: ProgressState): string {
  if (total === undefined) return `${grouped(done)} items`;
  const percent = total === 0 ? 100 : Math.floor(done / total * 100);
  return `${grouped(done)}/${grouped(total)} ${percent}%`;
}

/** How long the rest takes, or what all that runs waits for. */
function formatRest({ eta, done, total, wait }: ShownState): Part[] {
  if (wait !== undefined) return [{ text: `waiting ${formatWait(wait.seconds)}: ${wait.reason}`, color: YELLOW }];
  return eta === undefined || done === total ? [] : [{ text: `ETA ${formatClock(eta)}` }];
}

function formatWait(seconds: number): string {
  return seconds <= 60 ? `${Math.ceil(seconds)} s` : formatClock(seconds);
}

function countedPart(count: number | undefined, word: string, color: number): Part[] {
  return count === undefined || count === 0 ? [] : [{ text: `${grouped(count)} ${word}`, color }];
}

function formatRate(rate: number): string {
  return `${rate >= 100 ? grouped(Math.round(rate)) : Number(rate.toPrecision(2))}/s`;
}

/** `0:07`, `12:30`, `1:02:03`. */
function formatClock(seconds: number): string {
  const whole = Math.round(seconds);
  const pad = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${pad(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(whole % 60)}`;
}

function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
