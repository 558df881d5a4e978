import { readField, readSafely, tagOf } from "./read_field.ts";

/** Deeper than this a chain of causes is not looked through. */
const MAX_CAUSES = 16;

/** A clone reads these fields, and fails with what reading them throws. */
const READ_BY_CLONE = ["name", "message"];

/** Where the engine keeps stacks behind a getter of its own. */
const NATIVE_STACK = ownProperty(new Error(), "stack")?.get;

/**
 * Gives `error` a cause that may not be cloneable. `structuredClone` copies an error's own `cause`, and fails where that
 * cannot be cloned; it passes over a getter.
 *
 * @param error The error that gets the cause.
 * @param cause What was thrown, of any type.
 */
export function hideCause(error: Error, cause: unknown): void {
  Object.defineProperty(error, "cause", { get: () => cause, configurable: true, enumerable: false });
}

/**
 * Whether `structuredClone` can copy an error with this cause.
 *
 * @param cause What was thrown, of any type.
 * @returns `false` also where it would take a deep look to know.
 */
export function isCloneable(cause: unknown): boolean {
  let current = cause;
  for (let depth = 0; depth < MAX_CAUSES; depth++) {
    if (typeof current === "function" || typeof current === "symbol") return false;
    if (typeof current !== "object" || current === null) return true;
    if (!isPlainError(current)) return false;
    current = ownProperty(current, "cause")?.value;
  }
  return false;
}

/** What `instanceof Error` takes for an error may be a proxy of one, or made by hand; neither can be cloned. */
function isPlainError(value: object): boolean {
  const tag = tagOf(value);
  if (tag !== "[object DOMException]") {
    if (tag !== "[object Error]" || readField(value, Symbol.toStringTag) !== undefined) return false;
  }
  return READ_BY_CLONE.every((key) => isReadableText(value, key)) && hasPlainStack(value);
}

function isReadableText(value: object, key: string): boolean {
  const type = readSafely(() => typeof Reflect.get(value, key));
  return type === "string" || type === "undefined";
}

/** It does not read the stack: the engine would format it, which takes long. */
function hasPlainStack(value: object): boolean {
  const getter = ownProperty(value, "stack")?.get;
  return getter === undefined || getter === NATIVE_STACK;
}

function ownProperty(value: object, key: string): PropertyDescriptor | undefined {
  return Object.getOwnPropertyDescriptor(value, key);
}
