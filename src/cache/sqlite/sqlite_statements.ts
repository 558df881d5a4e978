import type { SqliteDatabase, SqliteStatement } from "../../runtime/sqlite.ts";

/**
 * The form of the table has a number in its name, so that another version has a table of its own in the same file. Rows
 * stand in the order in which they were stored: in that of the keys, which are hashes, each write would touch another page.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS opero_cache_2 (
    id INTEGER PRIMARY KEY, key NOT NULL UNIQUE, until REAL NOT NULL, entry TEXT NOT NULL
  )
`;

/** All that is asked of a database. */
export interface SqliteStatements {
  readonly get: SqliteStatement;
  readonly set: SqliteStatement;
  readonly delete: SqliteStatement;
  /** Removes some rows in a range of keys. */
  readonly clear: SqliteStatement;
  /** The last key of some rows past a key, and how many they are. */
  readonly count: SqliteStatement;
  /** Removes some rows, those that were stored first. */
  readonly evict: SqliteStatement;
  /** The last of some rows past one. */
  readonly look: SqliteStatement;
  /** Removes those of the rows looked at that are dead. */
  readonly purge: SqliteStatement;
  /** Removes some rows of version 0.1, where there are any. */
  readonly purgeOld: SqliteStatement | undefined;
}

/**
 * Prepares `database`, which gets its table where it has none.
 *
 * @param database An open database.
 * @param maxEntryBytes How large an entry is read at most; it stands in the text, as a value that is bound takes time.
 * @returns Its statements.
 */
export function prepareStatements(database: SqliteDatabase, maxEntryBytes: number): SqliteStatements {
  database.exec(SCHEMA);
  const hasOld = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'opero_cache_1'").get() ?? undefined;
  return {
    get: database.prepare(
      `SELECT entry FROM opero_cache_2 WHERE key = ? AND ${byteLength(database)} <= ${maxEntryBytes}`,
    ),
    set: database.prepare(
      "INSERT INTO opero_cache_2 (key, until, entry) VALUES (?, ?, ?) " +
        "ON CONFLICT (key) DO UPDATE SET until = excluded.until, entry = excluded.entry",
    ),
    delete: database.prepare("DELETE FROM opero_cache_2 WHERE key = ?"),
    clear: database.prepare(rowsWhere("key >= ? AND key < ? LIMIT ?")),
    count: database.prepare(
      "SELECT max(key) AS last, count(*) AS rows FROM (SELECT key FROM opero_cache_2 WHERE key > ? ORDER BY key LIMIT ?)",
    ),
    evict: database.prepare(rowsWhere("true ORDER BY id LIMIT ?")),
    look: database.prepare(
      "SELECT max(id) AS last, count(*) AS rows FROM (SELECT id FROM opero_cache_2 WHERE id > ? ORDER BY id LIMIT ?)",
    ),
    purge: database.prepare("DELETE FROM opero_cache_2 WHERE id > ? AND id <= ? AND until <= ?"),
    purgeOld: hasOld === undefined
      ? undefined
      : database.prepare("DELETE FROM opero_cache_1 WHERE key IN (SELECT key FROM opero_cache_1 LIMIT ?)"),
  };
}

function rowsWhere(condition: string): string {
  return `DELETE FROM opero_cache_2 WHERE id IN (SELECT id FROM opero_cache_2 WHERE ${condition})`;
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
