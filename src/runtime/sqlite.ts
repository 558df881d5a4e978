import { readField } from "../errors/read_field.ts";
import { ConfigurationError } from "../errors/configuration_error.ts";
import { builtinModule } from "./builtin_module.ts";
import { isRequestBound } from "./request_bound.ts";

/** A prepared statement, in what `node:sqlite`, better-sqlite3 and @db/sqlite share. */
export interface SqliteStatement {
  /**
   * The first row as an object, in the order of its columns, or nothing.
   *
   * @param values What its parameters are.
   * @returns The row, or nothing.
   */
  get(...values: (string | number | Uint8Array | null)[]): unknown;
  /**
   * Runs it; the answer is the number of changed rows, or an object with that as `changes`.
   *
   * @param values What its parameters are.
   * @returns The number of changed rows, or an object with it.
   */
  run(...values: (string | number | Uint8Array | null)[]): unknown;
  /**
   * Lets rows be lists from now on; newer versions of `node:sqlite` have it.
   *
   * @param enabled Whether rows are arrays.
   */
  setReturnArrays?(enabled: boolean): void;
}

/** An open SQLite database, in what `node:sqlite`, better-sqlite3 and @db/sqlite share. */
export interface SqliteDatabase {
  /**
   * Prepares one statement.
   *
   * @param sql The statement.
   * @returns The statement.
   */
  prepare(sql: string): SqliteStatement;
  /**
   * Runs statements that answer nothing.
   *
   * @param sql The statement.
   * @returns Nothing that is used.
   */
  exec(sql: string): unknown;
  /**
   * Closes it.
   *
   * @returns Nothing that is used.
   */
  close(): unknown;
}

interface SqliteModule {
  readonly DatabaseSync: new (path: string) => SqliteDatabase;
}

/**
 * How to open database files here. An operation that meets another process in the way fails at once: to wait for that in
 * SQLite would hold up the event loop.
 *
 * @returns Opens the database file at a path.
 * @throws {ConfigurationError} If the runtime has no `node:sqlite`.
 */
export function sqliteOpener(): (path: string) => SqliteDatabase {
  // There it has the names alone.
  const sqlite = isRequestBound() ? undefined : builtinModule<SqliteModule>("node:sqlite");
  if (sqlite !== undefined) return (path) => new sqlite.DatabaseSync(path);
  throw new ConfigurationError(
    "Cannot open a sqlite cache as this runtime has no node:sqlite: pass an open database as 'db', " +
      `or use another backend, such as "memory"`,
  );
}

/**
 * How many rows `result`, the answer of {@link SqliteStatement.run}, says were changed.
 *
 * @param result What the driver returned.
 * @returns The number of rows.
 */
export function changedRows(result: unknown): number {
  return Number(typeof result === "object" ? readField(result, "changes") : result);
}
