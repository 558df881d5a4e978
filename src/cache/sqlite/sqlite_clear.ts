import { changedRows } from "../../runtime/sqlite.ts";
import { engineKeyBytes } from "../backend/engine_key.ts";
import { plainKey } from "../backend/plain_key.ts";
import type { SqliteStatements } from "./sqlite_statements.ts";

/** Does a little of a clear, some `rows`, and returns whether there is more. */
export type ClearStep = (statements: SqliteStatements, rows: number) => boolean;

/** Less than every hash, and every number of a scope. */
const BEFORE_ALL = -1;
/** Past each prefix as bytes. */
const PAST = new Uint8Array(32).fill(0xff);

/**
 * The way to clear all keys that begin with `prefix`: those of the engine where it is a prefix of the engine's, and all others.
 *
 * @param prefix Any text.
 * @returns The step, which is done again and again until there is no more.
 */
export function clearStep(prefix: string): ClearStep {
  if (prefix === "") return ({ clearAll }, rows) => changedRows(clearAll.run(rows)) === rows;
  const clearEngines = engineStep(prefix);
  const clearTexts = textStep(plainKey(prefix));
  return (statements, rows) => clearEngines(statements, rows) || clearTexts(statements, rows);
}

/** Scope by scope. */
function engineStep(prefix: string): ClearStep {
  const bytes = engineKeyBytes(prefix);
  if (bytes === undefined || bytes.length > 16) return () => false;
  const past = PAST.slice();
  past.set(bytes);
  let scope: number | undefined = undefined;
  let cursor = BEFORE_ALL;
  return ({ clearScope, nextScope }, rows) => {
    if (scope === undefined) {
      const row = nextScope.get(cursor, bytes, past) as { id: number | bigint } | null | undefined;
      if (row === null || row === undefined) return false;
      scope = cursor = Number(row.id);
    }
    if (changedRows(clearScope.run(scope, rows)) < rows) scope = undefined;
    return true;
  };
}

/** In the order of the index, whatever their texts. */
function textStep(from: string): ClearStep {
  // Plain keys have nothing past "~".
  const to = `${from}\x7f`;
  let cursor = BEFORE_ALL;
  return ({ lookAtTexts, clearTexts }, rows) => {
    const { last } = lookAtTexts.get(cursor, rows) as { last: number | bigint | null };
    if (last === null) return false;
    clearTexts.run(cursor, Number(last), from, to);
    cursor = Number(last);
    return true;
  };
}
