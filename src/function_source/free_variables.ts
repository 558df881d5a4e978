import { readCallable } from "./callable_source.ts";
import { openSource } from "./open_source.ts";
import { readExpression } from "./read_expression.ts";
import { isUnreadable } from "./token_cursor.ts";
import { isWorkerGlobal } from "./worker_globals.ts";

/**
 * The names that the function written as `source` uses, but neither declares nor finds in a worker, in
 * the order in which they stand: what it would miss there. A name it tests for with `typeof` is not among
 * them, nor are those in `known`. For a source that cannot be read, such as a native function's, there are none.
 *
 * @param source The text of a function.
 * @param known Names that the worker provides.
 * @returns The names, each once.
 */
export function findFreeVariables(source: string, known: Iterable<string> = []): string[] {
  const knownNames = new Set(known);
  return namesWithin(source).filter((name) => !isWorkerGlobal(name) && !knownNames.has(name));
}

function namesWithin(source: string): string[] {
  const isMethod = readCallable(source)?.form === "method";
  try {
    const reading = openSource(isMethod ? `({${source}})` : `(${source})`);
    readExpression(reading);
    return reading.tokens.token.kind === "end" ? reading.scopes.free() : [];
  } catch (error) {
    if (isUnreadable(error)) return [];
    throw error;
  }
}
