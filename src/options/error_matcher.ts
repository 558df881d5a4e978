import { booleanAnswer } from "./boolean_answer.ts";
import { isErrorObject, isInstance, readText } from "../errors/read_field.ts";
import type { OptionRule } from "./validate.ts";

/** A class of errors: a built-in one, one of a library or the user's own, abstract ones too. */
// deno-lint-ignore no-explicit-any -- a constructor's parameters do not matter here
export type ErrorClass = abstract new (...args: any[]) => unknown;
type Predicate<Context> = (error: unknown, context: Context) => boolean;

/** Which errors are meant: those of a class, those for which a predicate holds, or those of any in a list of both. */
export type ErrorMatcher<Context> = ErrorClass | Predicate<Context> | readonly (ErrorClass | Predicate<Context>)[];

/** What an option that says which errors are meant may be. */
export const errorMatcher: OptionRule = {
  desired: "an error class, a predicate, or a non-empty array of both",
  accepts: (value) =>
    typeof value === "function" ||
    (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "function")),
};

/**
 * `matcher`, which stands under `option`, as a predicate.
 *
 * @param matcher The option as the user gave it.
 * @param functionName The name of the function, for messages.
 * @param option The name of the option.
 * @returns The predicate.
 */
export function resolveMatcher<Context>(
  matcher: ErrorMatcher<Context>,
  functionName: string,
  option: string,
): Predicate<Context> {
  const parts: readonly (ErrorClass | Predicate<Context>)[] = Array.isArray(matcher) ? [...matcher] : [matcher];
  const predicates = parts.map((part): Predicate<Context> =>
    isClass(part)
      ? (error) => isOf(error, part)
      : (error, context) => booleanAnswer(functionName, option, part(error, context))
  );
  return (error, context) => predicates.some((predicate) => predicate(error, context));
}

/**
 * Whether `value` is a class, and not a predicate. What engines write as the source of a class differs; but the
 * `prototype` of a class and of a built-in one cannot be replaced, that of a `function` can, and is empty.
 *
 * @param value Any value.
 * @returns `true` for a class.
 */
export function isClass(value: unknown): value is ErrorClass {
  if (typeof value !== "function") return false;
  const descriptor = Object.getOwnPropertyDescriptor(value, "prototype");
  const prototype: unknown = descriptor?.value;
  if (typeof prototype !== "object" || prototype === null) return false;
  if (descriptor!.writable === false) return true;
  // A class as older JavaScript writes it inherits from another, or has methods.
  const parent: unknown = Object.getPrototypeOf(prototype);
  const isChild = parent !== null && Object.getPrototypeOf(parent) !== null;
  return isChild || Reflect.ownKeys(prototype).some((key) => key !== "constructor");
}

const BUILT_IN: ReadonlySet<unknown> = new Set([
  Error,
  AggregateError,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
]);

/** Errors of another realm are instances of its classes, not of this one's, and count as their like. */
function isOf(error: unknown, type: ErrorClass): boolean {
  if (isInstance(error, type)) return true;
  if (!BUILT_IN.has(type) || isInstance(error, Error) || !isErrorObject(error)) return false;
  return type === Error || readText(error, "name") === type.name;
}
