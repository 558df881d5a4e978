/*
 * What was thrown comes from unknown code: a getter may throw, a proxy may be revoked, a prototype may be
 * missing. This is the one place where such a value is looked into; nothing in it throws.
 */

/**
 * What `holder` has under `key`; `undefined` where it can have nothing, or reading it throws.
 *
 * @param holder Any value.
 * @param key The name of the field.
 * @returns The value, or `undefined`.
 */
export function readField(holder: unknown, key: PropertyKey): unknown {
  if ((typeof holder !== "object" && typeof holder !== "function") || holder === null) return undefined;
  try {
    return (holder as Record<PropertyKey, unknown>)[key];
  } catch {
    return undefined;
  }
}

/**
 * What `read` returns; `undefined` where it throws.
 *
 * @param read Reads from a value that may throw.
 * @returns The result, or `undefined`.
 */
export function readSafely<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/**
 * What `holder` has under `key` where that is a text.
 *
 * @param holder Any value.
 * @param key The name of the field.
 * @returns The text, or `undefined`.
 */
export function readText(holder: unknown, key: PropertyKey): string | undefined {
  const value = readField(holder, key);
  return typeof value === "string" ? value : undefined;
}

/**
 * What `holder` has under `key` where that is an array; a copy, of at most `limit` elements.
 *
 * @param holder Any value.
 * @param key The name of the field.
 * @param limit The largest number of elements that are copied.
 * @returns A copy of the list; empty where there is none.
 */
export function readList(holder: unknown, key: PropertyKey, limit: number): readonly unknown[] {
  const list = readField(holder, key);
  return readSafely(() => Array.isArray(list) ? Array.prototype.slice.call(list, 0, limit) : undefined) ?? [];
}

/**
 * Whether `value` is an instance of `type`.
 *
 * @param value Any value.
 * @param type A class, or anything else.
 * @returns `false` also where the check throws.
 */
export function isInstance(value: unknown, type: unknown): boolean {
  return readSafely(() => value instanceof (type as new () => unknown)) ?? false;
}

/**
 * What the language says that `value` is, such as `[object Error]`.
 *
 * @param value Any value.
 * @returns The tag; `[object Object]` where it cannot be read.
 */
export function tagOf(value: unknown): string {
  return readSafely(() => Object.prototype.toString.call(value)) ?? "[object Object]";
}

/**
 * Whether `value` is an error, also one of another realm, such as a frame, a `node:vm` context or a test of jest.
 *
 * @param value Any value.
 * @returns `true` for an error.
 */
export function isErrorObject(value: unknown): value is Error {
  if (typeof value !== "object" || value === null) return false;
  if (isInstance(value, Error)) return true;
  const tag = tagOf(value);
  return tag === "[object Error]" || tag === "[object DOMException]";
}

/**
 * The name of the class of `value`, and not of what a field that is called "constructor" holds.
 *
 * @param value Any object.
 * @returns The name, or `undefined` where there is none.
 */
export function className(value: object): string | undefined {
  const prototype = readSafely(() => Object.getPrototypeOf(value));
  return readText(readField(prototype, "constructor"), "name") || undefined;
}

/** Where errors keep the one that they stand for: the language's own field, and those of clients and drivers. */
const LINKS = [
  "cause",
  "originalError",
  "original",
  "driverError",
  "nativeError",
  "networkError",
  "socketError",
  "lastNodeError",
] as const;

/**
 * The errors that `error` stands for.
 *
 * @param error What was thrown, of any type.
 * @returns The errors, `cause` first; empty where there are none.
 */
export function linkedErrors(error: unknown): unknown[] {
  return LINKS.map((key) => readField(error, key)).filter((linked) => typeof linked === "object" && linked !== null);
}
