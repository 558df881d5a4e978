/**
 * A length of time: a number of **seconds**, or a string that bears its unit:
 * `"250ms"`, `"2s"`, `"5m"`, `"1h"`, `"1d"`.
 */
export type Duration = number | `${number}${"ms" | "s" | "m" | "h" | "d"}`;

const MS_PER_UNIT: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const DURATION_PATTERN = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h|d)$/;

/**
 * The milliseconds in `value`, or `undefined` where it is no duration (a negative number,
 * `NaN`, another type, a string without a known unit). `Infinity` is a duration.
 *
 * @param value A number of seconds, or a text such as `"250ms"`.
 * @returns The milliseconds, or `undefined`.
 */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === "number") return value >= 0 ? value * 1_000 : undefined;
  if (typeof value !== "string") return undefined;
  const match = DURATION_PATTERN.exec(value);
  return match ? Number(match[1]) * MS_PER_UNIT[match[2]!]! : undefined;
}

/**
 * Seconds, as the public edge gives them back, from the engine's milliseconds.
 *
 * @param ms The milliseconds.
 * @returns The seconds.
 */
export function toSeconds(ms: number): number {
  return ms / 1_000;
}
