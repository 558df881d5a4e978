import { className } from "../errors/read_field.ts";

/** Longer texts are not shown in a message; in characters. */
export const MAX_SHOWN_LENGTH = 60;

/**
 * How a message shows `value`: primitives as they are, all else by its kind.
 *
 * @param value Any value.
 * @returns The text.
 */
export function describeValue(value: unknown): string {
  if (typeof value === "string") {
    return value.length > MAX_SHOWN_LENGTH ? `a string of ${value.length} characters` : JSON.stringify(value);
  }
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  return describeKind(value);
}

/**
 * The kind of `value`, without anything of its content.
 *
 * @param value Any value.
 * @returns The text.
 */
export function describeKind(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  if (typeof value !== "object") return `a ${typeof value}`;
  const name = className(value);
  if (name === undefined || name === "Object") return "an object";
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
}
