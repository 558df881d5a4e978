import { isWrapper } from "../call/ensure_async.ts";
import { readCallable, sourceOf } from "../function_source/callable_source.ts";
import type { AnyFunction } from "./wrapped.ts";

/** What is no code: comments and texts, where the word may stand, too. */
const NO_CODE = /\/\*[^]*?\*\/|\/\/.*|(["'])(?:\\.|(?!\1).)*\1/g;

/** The word where it is a value: not one within the text of a template. */
const AS_VALUE = /\bthis[ \t]*(?:[^ \t\w]|$)/;

/**
 * Whether the source of `fn` says that it may use the `this` that it is called on.
 *
 * @param fn The user's function.
 * @returns `false` for an arrow function, too, which never sees who it is called on.
 */
export function usesReceiver(fn: AnyFunction): boolean {
  const source = sourceOf(fn) ?? "";
  return AS_VALUE.test(source.replace(NO_CODE, " ")) && !isArrow(fn);
}

/**
 * Whether `fn` is an arrow function.
 *
 * @param fn The user's function.
 * @returns `false` where that is not known.
 */
export function isArrow(fn: AnyFunction): boolean {
  const source = sourceOf(fn) ?? "";
  if (isWrapper(fn) || readCallable(source)?.form !== "expression") return false;
  // A word in a comment makes it none, which costs a hit and no more.
  return !/\bfunction\b/.test(source.slice(0, source.indexOf("(") + 1 || undefined));
}
