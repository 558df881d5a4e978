import { readCallable } from "./callable_source.ts";
import { StatementReader } from "./statement_reader.ts";
import { isUnreadable } from "./token_reader.ts";
import { isWorkerGlobal } from "./worker_globals.ts";

/**
 * The names that the function written as `source` uses, but neither declares nor finds in a worker, in
 * the order in which they stand: what it would miss there. A name it tests for with `typeof` is not among
 * them, nor are those in `known`. A source that cannot be read, such as a native function's, has none to tell.
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
    const reader = new StatementReader(isMethod ? `({${source}})` : `(${source})`);
    reader.readExpression();
    return reader.token.kind === "end" ? reader.scopes.free() : [];
  } catch (error) {
    if (isUnreadable(error)) return [];
    throw error;
  }
}
