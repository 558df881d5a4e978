import { keepShape } from "../../runtime/kept_shape.ts";

/** Deeper values take the way that knows no depth, before the stack runs out. */
const MAX_DEPTH = 200;

/** Up to here a list is gone through faster than a set is filled. */
const MAX_LISTED = 24;

/**
 * Whether `JSON` keeps `value` exactly: it holds nothing but text, finite numbers other than `-0`, booleans,
 * `null`, plain arrays without holes and plain objects, each of them in one place only. Not looked for is what an
 * array hides in properties that are not enumerable: listing them costs more than all the rest.
 *
 * @param value Any value.
 * @returns `true` if `JSON` keeps it exactly.
 */
export function isJsonSafe(value: unknown): boolean {
  return isSafe(value, new SeenObjects(), 0);
}

class SeenObjects {
  readonly #listed: object[] = [];
  #set: Set<object> | undefined;

  /** Returns whether `value` is new. */
  add(value: object): boolean {
    if (this.#set !== undefined) return this.#set.size < this.#set.add(value).size;
    if (this.#listed.includes(value)) return false;
    if (this.#listed.push(value) > MAX_LISTED) this.#set = new Set(this.#listed);
    return true;
  }
}

keepShape(new SeenObjects());

function isSafe(value: unknown, seen: SeenObjects, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return value - value === 0 && (value !== 0 || 1 / value > 0);
    case "object":
      return value === null || isSafeObject(value, seen, depth);
    default:
      return false;
  }
}

function isSafeObject(value: object, seen: SeenObjects, depth: number): boolean {
  if (depth > MAX_DEPTH || !seen.add(value) || Object.getOwnPropertySymbols(value).length > 0) return false;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return isSafePlainObject(value as Record<string, unknown>, seen, depth);
  return prototype === Array.prototype && isSafeArray(value as unknown[], seen, depth);
}

function isSafePlainObject(value: Record<string, unknown>, seen: SeenObjects, depth: number): boolean {
  const keys = Object.keys(value);
  for (const key of keys) {
    if (!isSafe(value[key], seen, depth + 1)) return false;
  }
  // What is hidden would be lost.
  return Object.getOwnPropertyNames(value).length === keys.length;
}

function isSafeArray(value: unknown[], seen: SeenObjects, depth: number): boolean {
  if (!Array.isArray(value)) return false;
  for (let i = 0; i < value.length; i++) {
    if (!isSafe(value[i], seen, depth + 1)) return false;
  }
  // A hole has been found as `undefined`; what else there is has a name.
  return Object.keys(value).length === value.length;
}
