import { unkeyable } from "./unkeyable.ts";

/**
 * A text for a value that is no object, tagged by its type; of a text the length stands before it.
 *
 * @param value A primitive value.
 * @returns The text.
 * @throws {ConfigurationError} If it is a symbol, or no primitive value.
 */
export function primitiveText(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `"${value.length}:${value}`;
    case "number":
      return Object.is(value, -0) ? "-0;" : value + ";";
    case "boolean":
      return value ? "t" : "f";
    case "undefined":
      return "u";
    case "bigint":
      // To write decimal digits takes time that grows faster than their number.
      return `${value.toString(16)}n`;
    case "object":
      if (value === null) return "z";
  }
  throw unkeyable(value);
}

/**
 * Whether `value` is an object, as far as keys go: a function is none that has a key.
 *
 * @param value Any value.
 * @returns `true` for objects other than functions.
 */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
