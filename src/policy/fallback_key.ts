import { instanceNumber } from "../cache/key/instance_number.ts";
import type { FallbackParameters } from "../function_source/fallback_parameter.ts";

/**
 * What distinguishes the fallback value that a call tries from others, for the parts of a policy that each value has for itself. It
 * is a value of the user's, which may be a secret: a key of a table in memory, and nothing else.
 *
 * @param parameters The parameters with alternatives.
 * @returns A function of the arguments of an attempt; where these bring no list, its answer is `undefined`.
 */
export function fallbackKeyOf(parameters: FallbackParameters): (args: readonly unknown[]) => unknown {
  return (args) => {
    const values = parameters.valuesTried(args);
    return values.length === 1 ? values[0] : values.map(partOf).join();
  };
}

/** Values that move in step have one text, each with its length before it. */
function partOf(value: unknown): string {
  if ((typeof value === "object" && value !== null) || typeof value === "function") return `#${instanceNumber(value)}`;
  const text = String(value);
  return `${typeof value} ${text.length} ${text}`;
}
