import { readField } from "../errors/read_field.ts";

/**
 * What reads as `true` on every function that this library made of another. It is shared by all copies of the
 * library, so that a function that another one wrapped is known, too.
 */
export const WRAPPED: unique symbol = Symbol.for("@opero/core/wrapped");

/**
 * Whether `fn` was made by this library of another function, or is bound to one that was.
 *
 * @param fn Any value.
 * @returns `true` if it is.
 */
export function isWrapped(fn: unknown): boolean {
  return typeof fn === "function" && readField(fn, WRAPPED) === true;
}
