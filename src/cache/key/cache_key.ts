import { wrongOption } from "../../options/validate.ts";
import { graphText } from "./graph_text.ts";
import { instanceNumber } from "./instance_number.ts";
import type { Identify } from "./object_content.ts";
import { primitiveText } from "./primitive_text.ts";
import { treeText } from "./tree_text.ts";
import { unkeyable } from "./unkeyable.ts";

/** For keys that live no longer than the process: what cannot be compared by value counts by who it is. */
export const byNumber: Identify = Object.assign((value: object) => instanceNumber(value), { isLocal: true as const });

/** For keys that outlive the process: who an object is means nothing there. */
export const byValueAlone: Identify = Object.assign((value: object): number => {
  throw unkeyable(value);
}, { isLocal: false as const });

/** Marks a text of the way that knows no size and depth; no other begins with it. */
const GRAPH_MARK = "G";

/**
 * A text that two lists of arguments share only where they are equal by value: tagged by type, each text with its length
 * before it, keys of objects sorted. It takes time in proportion to the arguments, however deep they are and
 * whatever they refer to. `identify` says how an object counts whose state cannot be seen.
 *
 * @param args The arguments of the call.
 * @param identify What stands for an object that has no content of its own.
 * @returns The text.
 * @throws {ConfigurationError} If an argument holds a function or a symbol, or, for keys that outlive the process, an object
 * whose state cannot be seen; it points to `cacheKey`.
 */
export function serializeArguments(args: readonly unknown[], identify: Identify = byValueAlone): string {
  let text = "";
  for (const arg of args) {
    // A short text by itself is by far the commonest.
    const isShort = typeof arg === "string" && arg.length <= SHORT_UNITS;
    const part = isShort ? primitiveText(arg) : treeText(arg, identify);
    if (part === undefined) return GRAPH_MARK + graphText([...args], identify);
    text += part;
  }
  return text;
}

/** Up to this length a text is small, however many of them there are. */
const SHORT_UNITS = 256;

/**
 * The key that a `cacheKey` answered.
 *
 * @param key What the function returned.
 * @returns The key.
 * @throws {ConfigurationError} If it is no text: what it is turned into might be another key's text as well.
 */
export function requireText(key: unknown): string {
  if (typeof key === "string") return key;
  throw wrongOption("build a key of the arguments", "cacheKey", {
    desired: "a function that returns a string",
    isPrivate: true,
  }, key);
}
