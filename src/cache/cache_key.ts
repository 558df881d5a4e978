import { ConfigurationError } from "../errors.ts";
import { describeKind, wrongOption } from "../internal/validate.ts";
import { stateKindOf } from "./state_kind.ts";

/** Lets all arguments count for the key. */
export function allArguments(args: readonly unknown[]): readonly unknown[] {
  return args;
}

/**
 * A text that two lists of arguments share only where they are equal by value: tagged by type,
 * each text with its length before it, keys of objects sorted, cycles by how far up they lead.
 *
 * @throws {ConfigurationError} If an argument holds what has no value to go by, such as a function; it points to `cacheKey`.
 */
export function serializeArguments(args: readonly unknown[]): string {
  let text = "";
  for (const arg of args) text += serialize(arg, undefined);
  return text;
}

/**
 * The key that a `cacheKey` answered.
 *
 * @throws {ConfigurationError} If it is no text: what it is turned into might be another key's text as well.
 */
export function requireText(key: unknown): string {
  if (typeof key === "string") return key;
  throw wrongOption("build a key of the arguments", "cacheKey", {
    desired: "a function that answers a string",
    isPrivate: true,
  }, key);
}

/** The objects around the one being written, innermost first, to find cycles. */
interface Ancestors {
  readonly value: object;
  readonly outer: Ancestors | undefined;
}

/** The text of one value, for parts of keys that are no arguments. */
export function serializeValue(value: unknown): string {
  return serialize(value, undefined);
}

function serialize(value: unknown, outer: Ancestors | undefined): string {
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
      return `${value}n`;
    case "object":
      return value === null ? "z" : serializeObject(value, outer);
    default:
      throw unkeyable(value);
  }
}

function serializeObject(value: object, outer: Ancestors | undefined): string {
  let distance = 1;
  for (let ancestor = outer; ancestor !== undefined; ancestor = ancestor.outer, distance++) {
    if (ancestor.value === value) return `^${distance};`;
  }
  const ancestors = { value, outer };
  if (Array.isArray(value)) return serializeArray(value, ancestors);
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return `{${serializeFields(value, ancestors)}}`;
  return serializeInstance(value, ancestors);
}

function serializeArray(array: readonly unknown[], ancestors: Ancestors): string {
  let text = `[${array.length}:`;
  for (let i = 0; i < array.length; i++) {
    text += array[i] === undefined && !(i in array) ? "_" : serialize(array[i], ancestors);
  }
  return text;
}

function serializeFields(value: object, ancestors: Ancestors): string {
  const keys = Object.keys(value);
  if (Object.getOwnPropertySymbols(value).length > 0) throw unkeyable(Symbol());
  sortKeys(keys);
  let text = "";
  for (const key of keys) {
    text += `${key.length}:${key}=` + serialize((value as Record<string, unknown>)[key], ancestors);
  }
  return text;
}

/** Insertion beats `sort()` by far on the few keys that objects have, most often in order already. */
function sortKeys(keys: string[]): void {
  if (keys.length > 32) {
    keys.sort();
    return;
  }
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i]!;
    let j = i - 1;
    for (; j >= 0 && keys[j]! > key; j--) keys[j + 1] = keys[j]!;
    keys[j + 1] = key;
  }
}

function serializeInstance(value: object, ancestors: Ancestors): string {
  const kind = stateKindOf(value);
  if (kind === undefined) throw unkeyable(value);
  const name = String(value.constructor?.name);
  const inner = kind.read(value as never, (part) => serialize(part, ancestors));
  return `#${name.length}:${name}(${inner}{${kind.isOpaque ? "" : serializeFields(value, ancestors)}})`;
}

function unkeyable(value: unknown): ConfigurationError {
  return new ConfigurationError(
    `Cannot build a key of the arguments as 'cacheKey' (or 'rateLimitKey') must be given for an argument that holds ` +
      `what cannot be compared by value: received ${describeKind(value)}`,
  );
}
