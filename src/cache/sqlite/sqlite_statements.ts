import type { SqliteDatabase, SqliteStatement } from "../../runtime/sqlite.ts";

/**
 * The form of the table has a number in its name, so that another version has a table of its own in the same file. A row
 * is kept once, in the order of the keys, without an index beside it.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS opero_cache_2 (
    key PRIMARY KEY NOT NULL, until REAL NOT NULL, stored INTEGER NOT NULL, entry TEXT NOT NULL
  ) WITHOUT ROWID
`;

/** All that is asked of a database. */
export interface SqliteStatements {
  readonly get: SqliteStatement;
  readonly set: SqliteStatement;
  readonly delete: SqliteStatement;
  /** Removes some rows in a range of keys. */
  readonly clear: SqliteStatement;
  /** The last key of some rows past a key, and when they were stored. */
  readonly look: SqliteStatement;
  /** Removes those of the rows looked at that are dead, or stored before a time. */
  readonly purge: SqliteStatement;
  /** Removes some rows of version 0.1, where there are any. */
  readonly purgeOld: SqliteStatement | undefined;
}

/** Prepares `database`, which gets its table where it has none. */
export function prepareStatements(database: SqliteDatabase): SqliteStatements {
  database.exec(SCHEMA);
  const hasOld = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'opero_cache_1'").get() ?? undefined;
  return {
    get: database.prepare(`SELECT entry FROM opero_cache_2 WHERE key = ? AND ${byteLength(database)} <= ?`),
    set: database.prepare(
      "INSERT INTO opero_cache_2 (key, until, stored, entry) VALUES (?, ?, ?, ?) " +
        "ON CONFLICT (key) DO UPDATE SET until = excluded.until, stored = excluded.stored, entry = excluded.entry",
    ),
    delete: database.prepare("DELETE FROM opero_cache_2 WHERE key = ?"),
    clear: database.prepare(
      "DELETE FROM opero_cache_2 WHERE key IN (SELECT key FROM opero_cache_2 WHERE key >= ? AND key < ? LIMIT ?)",
    ),
    look: database.prepare(
      "SELECT max(key) AS last, count(*) AS rows, group_concat(stored) AS stored " +
        "FROM (SELECT key, stored FROM opero_cache_2 WHERE key > ? ORDER BY key LIMIT ?)",
    ),
    purge: database.prepare("DELETE FROM opero_cache_2 WHERE key > ? AND key <= ? AND (until <= ? OR stored <= ?)"),
    purgeOld: hasOld === undefined
      ? undefined
      : database.prepare("DELETE FROM opero_cache_1 WHERE key IN (SELECT key FROM opero_cache_1 LIMIT ?)"),
  };
}

/** Without reading the entry where SQLite can (3.43, 2023); else by reading it, as it did before. */
function byteLength(database: SqliteDatabase): string {
  try {
    database.prepare("SELECT octet_length('')");
    return "octet_length(entry)";
  } catch {
    return "length(CAST(entry AS BLOB))";
  }
}
