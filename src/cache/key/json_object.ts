import { namesText } from "../../runtime/own_names.ts";
import { isProxy } from "../../runtime/proxies.ts";
import { isArrayPrototype, isPlainPrototype } from "./realm.ts";

/**
 * Whether `value` is an array or a plain object, and no proxy: to look at its parts runs nothing but getters of its own.
 *
 * @param value Any object.
 * @returns `true` if it is.
 */
export function isJsonObject(value: object): boolean {
  if (isProxy(value)) return false;
  return Array.isArray(value) ? isJsonArray(value) : isJsonRecord(value);
}

// Asked for a property first, the engine knows the prototype of objects that are alike, as the arrays are and the records.

function isJsonArray(array: readonly unknown[]): boolean {
  return !("toJSON" in array) && isArrayPrototype(Object.getPrototypeOf(array));
}

function isJsonRecord(record: object): boolean {
  return !("toJSON" in record) && isPlainPrototype(Object.getPrototypeOf(record));
}

/** As many items are named to find out whether an array has more to it: that takes far longer than to read them. */
const MAX_NAMED_ITEMS = 128;

/**
 * Whether `array` has an item at each of its places, and nothing else: no names, no symbols, nothing hidden.
 *
 * @param array An array that is no proxy.
 * @returns `true` if it is.
 */
export function isBareArray(array: readonly unknown[]): boolean {
  const { length } = array;
  // What is there beside the items is `length`.
  if (length <= MAX_NAMED_ITEMS) return Reflect.ownKeys(array).length === length + 1;
  return looksBare(array) && namesText(array) === bareText(length);
}

/** A length that the text of a bare array holds in its place alone. */
const SAMPLE_LENGTH = 65_432;

let bareParts: readonly string[] | undefined;

/** {@link namesText} of a bare array. */
function bareText(length: number): string | undefined {
  bareParts ??= namesText(new Array(SAMPLE_LENGTH))?.split(String(SAMPLE_LENGTH));
  return bareParts?.join(String(length));
}

/** {@link isBareArray} but for names that are hidden. */
function looksBare(array: readonly unknown[]): boolean {
  return Object.values(array).length === array.length && Object.getOwnPropertySymbols(array).length === 0;
}

/**
 * Whether there is more to `record` than `count` fields that can be seen: hidden ones, symbols, something inherited.
 *
 * @param record A plain object.
 * @param count The number of its enumerable fields.
 * @returns `true` if there is more.
 */
export function hasMore(record: object, count: number): boolean {
  return Object.getOwnPropertyNames(record).length !== count || Object.getOwnPropertySymbols(record).length > 0;
}
