import type { Binding } from "./pattern_reader.ts";
import { StatementReader } from "./statement_reader.ts";
import { isUnreadable } from "./token_reader.ts";

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
 */
export function readCallable(source: string): CallableSource | undefined {
  try {
    const reader = new StatementReader(source);
    const isFunction = goToParameters(reader);
    if (isFunction === undefined) return undefined;
    const parameters = reader.isAt("(") ? reader.readParameters() : [reader.readElement(() => {})];
    return { form: isFunction || reader.isAt("=>") ? "expression" : "method", parameters };
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

/** Answers whether the word `function` stood there; `undefined` where there are no parameters to go to. */
function goToParameters(reader: StatementReader): boolean | undefined {
  const next = reader.peek();
  const isFollowedByParameters = next.text === "(" || next.text === "=>";
  if (!isFollowedByParameters && ["class", "get", "set"].includes(reader.token.text)) return undefined;
  if (next.text !== "=>") reader.take("async");
  const isFunction = reader.take("function");
  const isGenerator = reader.take("*");
  const isAtParameters = reader.isAt("(") || reader.peek().text === "=>";
  if (!isAtParameters) isFunction && !isGenerator ? reader.advance() : reader.readKey();
  return isFunction;
}
