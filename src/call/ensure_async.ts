import { isWrapped, WRAPPED } from "./wrapped_mark.ts";

/** Functions that answer with a promise although they are not written `async`. */
const markedAsync = new WeakSet<object>();

/**
 * Makes {@link isAsyncFunction} answer `true` for `fn`.
 *
 * @param fn A wrapped function.
 */
export function markAsAsync(fn: object): void {
  markedAsync.add(fn);
}

/**
 * Whether `fn` was made by this library around another function, of which its text says nothing.
 *
 * @param fn Any function.
 * @returns `true` if this library made it.
 */
export function isWrapper(fn: object): boolean {
  return markedAsync.has(fn) || isWrapped(fn);
}

/**
 * Whether `fn` is known to answer with a promise: it is written `async`, or was wrapped by this library.
 * A plain function that happens to answer with one cannot be recognized.
 *
 * @param fn Any value.
 * @returns `true` if every call returns a promise.
 *
 * @example
 * ```ts
 * import { isAsyncFunction } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(isAsyncFunction(async () => {}), true);
 * assertEquals(isAsyncFunction(() => {}), false);
 * ```
 */
export function isAsyncFunction(fn: unknown): boolean {
  if (typeof fn !== "function") return false;
  return isWrapper(fn) || Object.prototype.toString.call(fn) === "[object AsyncFunction]";
}

/**
 * `fn` as an async function: what it throws becomes a rejection, what it returns a resolved promise.
 * `this`, `name` and `length` are kept.
 *
 * @param fn Any function.
 * @returns The async function.
 *
 * @example
 * ```ts
 * import { ensureAsync } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const parse = ensureAsync(JSON.parse);
 * assertEquals(await parse("[1]"), [1]);
 * ```
 */
export function ensureAsync<This, Args extends unknown[], R>(
  fn: (this: This, ...args: Args) => R,
): (this: This, ...args: Args) => Promise<Awaited<R>> {
  const asyncFn = async function (this: This, ...args: Args): Promise<Awaited<R>> {
    return await fn.apply(this, args);
  };
  Object.defineProperty(asyncFn, "name", { value: fn.name, configurable: true });
  Object.defineProperty(asyncFn, "length", { value: fn.length, configurable: true });
  if (isWrapped(fn)) Object.defineProperty(asyncFn, WRAPPED, { value: true });
  markAsAsync(asyncFn);
  return asyncFn;
}
