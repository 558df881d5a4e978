/**
 * A new id of 16 hexadecimal digits, drawn from `random` (0 up to 1, exclusive).
 *
 * @param random Returns a number from 0 up to 1, exclusive.
 * @returns The id.
 *
 * @example
 * ```ts
 * import { generateCorrelationId } from "@opero/core";
 * import { assertMatch } from "@std/assert";
 *
 * assertMatch(generateCorrelationId(), /^[0-9a-f]{16}$/);
 * ```
 */
export function generateCorrelationId(random: () => number = Math.random): string {
  return half(random()) + half(random());
}

/** The two digits of each byte: to look them up takes a third of the time of writing a large number. */
const DIGITS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function half(drawn: number): string {
  const bits = Math.floor(drawn * 2 ** 32);
  return DIGITS[bits >>> 24]! + DIGITS[(bits >>> 16) & 255]! + DIGITS[(bits >>> 8) & 255]! + DIGITS[bits & 255]!;
}
