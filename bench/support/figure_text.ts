import type { Bar } from "../bars.ts";
import type { Unit } from "./row.ts";
import type { Spread } from "./take_turns.ts";

const TIMES = [["ns", 1], ["µs", 1e3], ["ms", 1e6], ["s", 1e9]] as const;
const SIZES = [["B", 1], ["KB", 1e3], ["MB", 1e6], ["GB", 1e9]] as const;

/**
 * A figure with two or three digits that count, and its unit: `68 ns`, `1.23 µs`, `250 MB`.
 *
 * @param figure The number.
 * @param unit What it is in.
 * @returns The text.
 */
export function figureText(figure: number, unit: Unit): string {
  const steps = TIMES.some(([name]) => name === unit) ? TIMES : unit === "B" || unit === "MB" ? SIZES : undefined;
  if (unit === "threads" || unit === "runs") return digits(figure);
  if (unit === "/s") return `${figure < 1_000 ? digits(figure) : countText(Math.round(figure))} a second`;
  if (steps === undefined) return `${figure.toFixed(1)} ${unit}`;
  const smallest = figure * steps.find(([name]) => name === unit)![1];
  const [name, size] = steps.findLast(([, size]) => smallest >= size) ?? steps[0];
  return `${digits(smallest / size)} ${name}`;
}

/**
 * The median and in parentheses how far the middle eight tenths reach.
 *
 * @param spread The figures.
 * @param print How one figure is written.
 * @returns The text, without the parentheses where all figures are written alike.
 */
export function spreadText({ median, low, high }: Spread, print: (figure: number) => string): string {
  const [middle, from, to] = [median, low, high].map(print) as [string, string, string];
  return from === to ? middle : `${middle} (${from} to ${to})`;
}

/**
 * A ratio with two digits that count.
 *
 * @param ratio The number.
 * @returns The text, such as `0.83` or `0.017`.
 */
export function ratioText(ratio: number): string {
  return ratio < 0.1 ? ratio.toPrecision(2) : ratio < 100 ? ratio.toFixed(2) : ratio.toFixed(0);
}

/**
 * A whole number with a space before each three digits.
 *
 * @param count The number.
 * @returns The text, such as `10 000`.
 */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, " ");
}

/**
 * What a bar asks for.
 *
 * @param bar The bar.
 * @param unit The unit of its row.
 * @returns The text, such as `≤ 0.90` or `≥ 99.0 %`.
 */
export function barText(bar: Bar, unit: Unit): string {
  if ("atMostMore" in bar) return `≤ ${figureText(bar.atMostMore, unit)} more`;
  if ("beside" in bar) return `≤ ${ratioText(bar.atMost)}`;
  const { atMost, atLeast } = bar;
  if (atMost !== undefined && atLeast !== undefined) {
    return `${figureText(atLeast, unit)} to ${figureText(atMost, unit)}`;
  }
  return atMost === undefined ? `≥ ${figureText(atLeast!, unit)}` : `≤ ${figureText(atMost, unit)}`;
}

function digits(figure: number): string {
  if (Number.isInteger(figure) && figure < 1_000) return String(figure);
  return figure < 10 ? figure.toFixed(2) : figure < 100 ? figure.toFixed(1) : figure.toFixed(0);
}
