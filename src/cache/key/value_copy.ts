import { hasMore, isBareArray, isJsonObject } from "./json_object.ts";
import { isObject } from "./primitive_text.ts";

/** More values, or longer texts, are not worth to be kept beside their key. */
const MAX_VALUES = 1_024;
const MAX_UNITS = 256;

/** From this length on the engine keeps a part of a text as a view of the whole, which would stay with it. */
const VIEW_UNITS = 13;

/** A copy of an array or a plain object, or of a value that is none. */
export type ValueCopy = string | number | boolean | null | ObjectCopy;

interface ObjectCopy {
  /** The names of the fields in their order; `undefined` for an array. */
  readonly keys: readonly string[] | undefined;
  readonly values: readonly ValueCopy[];
}

/** Counts while one value is copied, which nothing interrupts. */
let valuesLeft = 0;

/**
 * Copies of `values`, which have a key that is JSON, or `undefined` where they are large.
 *
 * @param values The arguments of a call.
 * @returns The copies, or `undefined`.
 */
export function copyOf(values: readonly unknown[]): readonly ValueCopy[] | undefined {
  valuesLeft = MAX_VALUES;
  const copies = values.map(copyPart);
  return valuesLeft < 0 ? undefined : copies;
}

function copyPart(value: unknown): ValueCopy {
  if (--valuesLeft < 0) return null;
  if (typeof value === "string") return ownText(value);
  if (typeof value !== "object" || value === null) return value as ValueCopy;
  if (Array.isArray(value)) return { keys: undefined, values: value.map(copyPart) };
  return { keys: Object.keys(value), values: Object.values(value).map(copyPart) };
}

function ownText(text: string): string {
  if (text.length > MAX_UNITS) valuesLeft = -1;
  return text.length < VIEW_UNITS ? text : JSON.parse(JSON.stringify(text));
}

/**
 * Whether `values`, whose objects are all {@link isJsonObject}, are what was copied, with their fields in the same order. It
 * takes less time than to write them as JSON and to look for that text.
 *
 * @param values The arguments of a call.
 * @param copies Copies of the arguments of an earlier call.
 * @returns `true` if nothing differs.
 */
export function areCopied(values: readonly unknown[], copies: readonly ValueCopy[]): boolean {
  if (values.length !== copies.length) return false;
  for (let i = 0; i < copies.length; i++) {
    const value = values[i];
    const copy = copies[i]!;
    if (isObject(copy) ? !isObject(value) || !hasParts(value, copy) : !isSame(value, copy)) return false;
  }
  return true;
}

/** -0 is no 0. */
function isSame(value: unknown, copy: ValueCopy): boolean {
  return value === copy && (value !== 0 || 1 / value > 0);
}

function isCopied(value: unknown, copy: ValueCopy): boolean {
  if (!isObject(copy)) return isSame(value, copy);
  return isObject(value) && isJsonObject(value) && hasParts(value, copy);
}

function hasParts(value: object, { keys, values }: ObjectCopy): boolean {
  if (Array.isArray(value)) return keys === undefined && hasItems(value, values);
  return keys !== undefined && hasFields(value as Record<string, unknown>, keys, values);
}

function hasItems(array: readonly unknown[], values: readonly ValueCopy[]): boolean {
  if (array.length !== values.length) return false;
  for (let i = 0; i < values.length; i++) if (!isCopied(array[i], values[i]!)) return false;
  return isBareArray(array);
}

function hasFields(
  record: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  values: readonly ValueCopy[],
): boolean {
  let i = 0;
  for (const key in record) {
    if (key !== keys[i] || !isCopied(record[key], values[i]!)) return false;
    i++;
  }
  return i === keys.length && !hasMore(record, i);
}
