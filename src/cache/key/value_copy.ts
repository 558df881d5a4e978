import { hasMore, isBareArray, isJsonObject } from "./json_object.ts";
import { isObject } from "./primitive_text.ts";
import type { Shape } from "./shape_table.ts";

/** More values, or longer texts, are not worth to be kept beside their key. */
const MAX_VALUES = 1_024;
const MAX_UNITS = 256;

/** From this length on the engine keeps a part of a text as a view of the whole, which would stay with it. */
const VIEW_UNITS = 13;

type Primitive = string | number | boolean | null;

/** A copy of a list of arguments. */
export interface ValueCopy {
  /** Where the values are. */
  readonly shape: Shape;
  /** All that is no object, in order. */
  readonly values: readonly Primitive[];
}

/** Counts while one list is copied. */
let valuesLeft = 0;

/**
 * A copy of `args`, which have a key that is JSON, or `undefined` where they are large, or a getter may answer differently
 * each time.
 *
 * @param args The arguments of a call.
 * @returns The copy, or `undefined`.
 */
export function copyOf(args: readonly unknown[]): ValueCopy | undefined {
  valuesLeft = MAX_VALUES;
  const values: Primitive[] = [];
  const shape = takeParts(args, undefined, values);
  return valuesLeft < 0 ? undefined : { shape, values };
}

function takeParts(parts: readonly unknown[], keys: readonly string[] | undefined, values: Primitive[]): Shape {
  return { keys, parts: parts.map((part) => takePart(part, values)) };
}

function takePart(value: unknown, values: Primitive[]): Shape | null {
  if (--valuesLeft < 0) return null;
  if (!isObject(value)) {
    values.push(typeof value === "string" ? ownText(value) : value as Primitive);
    return null;
  }
  if (Array.isArray(value)) return takeParts(value, undefined, values);
  const keys = Object.keys(value);
  if (keys.some((key) => Object.getOwnPropertyDescriptor(value, key)?.get !== undefined)) valuesLeft = -1;
  return valuesLeft < 0 ? null : takeParts(Object.values(value), keys, values);
}

function ownText(text: string): string {
  if (text.length > MAX_UNITS) valuesLeft = -1;
  return text.length < VIEW_UNITS ? text : JSON.parse(JSON.stringify(text));
}

/** In place of where the next value is. */
const DIFFERS = -1;

/**
 * Whether `args`, whose objects are all {@link isJsonObject}, are what was copied, with their fields in the same order. Where
 * arrays are short it takes less time than to write them as JSON and to look for that text.
 *
 * @param args The arguments of a call.
 * @param copy A copy of the arguments of an earlier call.
 * @returns `true` if nothing differs.
 */
export function areCopied(args: readonly unknown[], { shape: { parts }, values }: ValueCopy): boolean {
  if (args.length !== parts.length) return false;
  let at = 0;
  for (let i = 0; i < parts.length && at !== DIFFERS; i++) {
    const arg = args[i];
    const part = parts[i]!;
    if (part === null) at = isSame(arg, values[at]!) ? at + 1 : DIFFERS;
    else at = isObject(arg) ? afterParts(arg, part, values, at) : DIFFERS;
  }
  return at !== DIFFERS;
}

/** -0 is no 0. */
function isSame(value: unknown, copy: Primitive): boolean {
  return value === copy && (value !== 0 || 1 / value > 0);
}

// Those below compare what is copied from `at` on, and answer where it ends, or DIFFERS. A getter may have another
// list compared meanwhile.

function after(value: unknown, shape: Shape | null, values: readonly Primitive[], at: number): number {
  if (shape === null) return isSame(value, values[at]!) ? at + 1 : DIFFERS;
  return isObject(value) && isJsonObject(value) ? afterParts(value, shape, values, at) : DIFFERS;
}

function afterParts(value: object, { keys, parts }: Shape, values: readonly Primitive[], at: number): number {
  if (keys === undefined) return Array.isArray(value) ? afterItems(value, parts, values, at) : DIFFERS;
  return Array.isArray(value) ? DIFFERS : afterFields(value as Record<string, unknown>, keys, parts, values, at);
}

function afterItems(
  array: readonly unknown[],
  parts: readonly (Shape | null)[],
  values: readonly Primitive[],
  from: number,
): number {
  if (array.length !== parts.length) return DIFFERS;
  let at = from;
  for (let i = 0; i < parts.length && at !== DIFFERS; i++) at = after(array[i], parts[i]!, values, at);
  return at !== DIFFERS && isBareArray(array) ? at : DIFFERS;
}

function afterFields(
  record: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  parts: readonly (Shape | null)[],
  values: readonly Primitive[],
  from: number,
): number {
  let at = from;
  let i = 0;
  for (const key in record) {
    if (key !== keys[i]) return DIFFERS;
    at = after(record[key], parts[i]!, values, at);
    if (at === DIFFERS) return DIFFERS;
    i++;
  }
  return i === keys.length && !hasMore(record, i) ? at : DIFFERS;
}
