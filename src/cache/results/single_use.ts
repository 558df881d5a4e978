import { isPromise } from "../../call/maybe_promise.ts";

/** Parts of an object or a list that are looked at; what holds more is judged by the first of them. */
const MAX_PARTS = 100;

type Fields = Readonly<Record<string | symbol, unknown>>;

/**
 * Whether `value` can be read only once, so that it cannot be kept and given to several callers: a `Response` or
 * `Request` (of fetch, node-fetch or another realm), a stream, a reader of one, an iterator, what is iterated
 * asynchronously. An object or a list that holds one of them at its first level is as good as one, as in
 * `{ status, body }`. It is recognized by its methods, as classes differ from realm to realm.
 *
 * @param value A result.
 * @returns `true` if it can be read only once.
 */
export function isSingleUse(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  try {
    return isReadOnce(value) || partsOf(value).some(isReadOnce);
  } catch {
    // What cannot even be looked at, a revoked proxy say, is for its store to judge.
    return false;
  }
}

/**
 * Whether `value` has a `clone()` that gives another to read, as a `Response` has.
 *
 * @param value A result that can be read only once.
 * @returns `true` if it can be cloned.
 */
export function isCloneable(value: object): value is { clone(): unknown } {
  return isBody(value) && !value.bodyUsed;
}

/**
 * Whether the function has read the body itself, so that there is nothing left that one caller could take from another.
 *
 * @param value A result that can be read only once.
 * @returns `true` if nothing is left to read.
 */
export function isUsedUp(value: object): boolean {
  return isBody(value) && value.bodyUsed === true;
}

/**
 * Releases what will not be read, so that what feeds it can end. Failures are ignored.
 *
 * @param value A result that can be read only once.
 */
export function cancelSingleUse(value: object): void {
  for (const part of isReadOnce(value) ? [value] : partsOf(value).filter(isReadOnce)) cancelOne(part);
}

function fieldsOf(value: unknown): Fields {
  return Object(value);
}

function isReadOnce(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  return isBody(value) || isStream(value) || isIterator(value) || isStream(fieldsOf(value).readable);
}

/** A `Response` or a `Request`; those of node-fetch and of undici have the same members. */
function isBody(value: object): value is Fields {
  const fields = fieldsOf(value);
  return typeof fields.bodyUsed === "boolean" && typeof fields.clone === "function";
}

/** A stream of the web or of Node, or a reader. */
function isStream(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { getReader, releaseLock, read, pipe, on } = fieldsOf(value);
  return typeof getReader === "function" || (typeof releaseLock === "function" && typeof read === "function") ||
    (typeof pipe === "function" && typeof on === "function");
}

/** An iterable that gives itself is used up by the first that iterates over it; an asynchronous one nearly always is. */
function isIterator(value: object): boolean {
  if (Symbol.asyncIterator in value) return true;
  const fields = fieldsOf(value);
  if (typeof fields.next !== "function") return false;
  const iterate = fields[Symbol.iterator];
  return typeof iterate === "function" && iterate.call(value) === value;
}

function partsOf(value: object): readonly unknown[] {
  if (Array.isArray(value)) return value.slice(0, MAX_PARTS);
  if (ArrayBuffer.isView(value)) return [];
  const parts: unknown[] = [];
  for (const key in value) {
    if (parts.length >= MAX_PARTS) break;
    // A getter may do anything when it is asked.
    const part = Object.getOwnPropertyDescriptor(value, key)?.value;
    if (typeof part === "object" && part !== null) parts.push(part);
  }
  return parts;
}

function cancelOne(value: object): void {
  try {
    const { readable } = fieldsOf(value);
    const body = isBody(value) ? value.body : isStream(readable) ? readable : value;
    const fields = fieldsOf(body);
    const cancel = [fields.cancel, fields.destroy, fields.return].find((method) => typeof method === "function");
    const cancelled: unknown = cancel?.call(body);
    if (isPromise(cancelled)) cancelled.then(undefined, () => {});
  } catch {
    // Such as of a stream that is locked.
  }
}
