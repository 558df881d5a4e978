import { instanceNumber } from "../cache/key/instance_number.ts";
import type { FallbackLists, FallbackParameters } from "../function_source/fallback_parameter.ts";

/**
 * What distinguishes the fallback value that a call tries from others, for the parts of a policy that each value has for itself. It
 * is a value of the user's, which may be a secret: a key of a table in memory, and nothing else.
 *
 * @param parameters The parameters with alternatives.
 * @returns A function of the arguments of an attempt; where these bring no list, its answer is `undefined`.
 */
export function fallbackKeyOf(parameters: FallbackParameters): (args: readonly unknown[]) => unknown {
  return (args) => keyOf(parameters.valuesTried(args));
}

/**
 * The same for step `i` of the lists that a call brings.
 *
 * @param lists The lists, by parameter; a shorter one stays at its last value.
 * @param i The step, from 0.
 * @returns What `fallbackKeyOf` answers for an attempt with that step.
 */
export function stepKey(lists: FallbackLists, i: number): unknown {
  if (lists.length === 1) return lists[0]![i];
  return keyOf(lists.map((list) => list?.[Math.min(i, list.length - 1)]));
}

function keyOf(values: readonly unknown[]): unknown {
  return values.length === 1 ? values[0] : jointKey(values);
}

/**
 * One key of several values: two lists have the same if they have the same values.
 *
 * @param values The values; objects are distinguished by identity.
 * @returns The key.
 */
export function jointKey(values: readonly unknown[]): string {
  return values.map(partOf).join();
}

/** Values that move in step have one text, each with its length before it. */
function partOf(value: unknown): string {
  if ((typeof value === "object" && value !== null) || typeof value === "function") return `#${instanceNumber(value)}`;
  const text = String(value);
  return `${typeof value} ${text.length} ${text}`;
}
