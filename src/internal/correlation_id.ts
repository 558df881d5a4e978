/**
 * A new id of 16 hexadecimal digits, drawn from `random` (0 up to 1, exclusive).
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
  const half = () => Math.floor(random() * 2 ** 32).toString(16).padStart(8, "0");
  return half() + half();
}
