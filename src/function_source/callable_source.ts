import { openSource } from "./open_source.ts";
import { type Binding, readElement, readKey, readParameters } from "./read_pattern.ts";
import type { SourceReading } from "./source_reading.ts";
import { isUnreadable } from "./token_cursor.ts";

/** How the source of a function is written: as an expression, or as a method, which stands in an object or a class only. */
export type CallableForm = "expression" | "method";

/** The source of a function, understood as far as its parameters. */
export interface CallableSource {
  /** How it is written. */
  readonly form: CallableForm;
  /** Its parameters. */
  readonly parameters: readonly Binding[];
}

const NATIVE = /\{\s*\[native code\]\s*\}\s*$/;

/**
 * The source of `fn`; `undefined` where the platform hides it, as that of a bound or built-in function.
 *
 * @param fn Any function.
 * @returns The source, or `undefined`.
 */
export function sourceOf(fn: (...args: never[]) => unknown): string | undefined {
  const source = Function.prototype.toString.call(fn);
  return NATIVE.test(source) ? undefined : source;
}

/**
 * Reads `source` as far as the parameters; `undefined` if it is that of a class, of an accessor, or of no function.
 *
 * @param source The text of a function.
 * @returns What was read, or `undefined`.
 * @throws {Error} If it fails otherwise than by a text that it cannot read, which is a bug here.
 */
export function readCallable(source: string): CallableSource | undefined {
  try {
    const reading = openSource(source);
    const { tokens } = reading;
    const isFunction = goToParameters(reading);
    if (isFunction === undefined) return undefined;
    const parameters = tokens.isAt("(") ? readParameters(reading) : [readElement(reading, () => {})];
    return { form: isFunction || tokens.isAt("=>") ? "expression" : "method", parameters };
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

/** Returns whether the word `function` stood there; `undefined` where there are no parameters to go to. */
function goToParameters(reading: SourceReading): boolean | undefined {
  const { tokens } = reading;
  const next = tokens.peek();
  const isFollowedByParameters = next.text === "(" || next.text === "=>";
  if (!isFollowedByParameters && ["class", "get", "set"].includes(tokens.token.text)) return undefined;
  if (next.text !== "=>") tokens.take("async");
  const isFunction = tokens.take("function");
  const isGenerator = tokens.take("*");
  const isAtParameters = tokens.isAt("(") || tokens.peek().text === "=>";
  if (!isAtParameters) isFunction && !isGenerator ? tokens.advance() : readKey(reading);
  return isFunction;
}
