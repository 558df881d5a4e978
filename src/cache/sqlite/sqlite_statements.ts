import type { SqliteDatabase, SqliteStatement } from "../../runtime/sqlite.ts";

/**
 * The form of the table has a number in its name, so that another version has a table of its own in the same file. Rows
 * stand in the order in which they were stored: in that of the keys, which are hashes, each write would touch another page.
 * What takes bytes a row stands there once: the index holds a few bytes of each key, the key itself and what it is made of are
 * described in `sqlite_keys.ts`, the times in `sqlite_rows.ts`.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS opero_cache_3 (
    id INTEGER PRIMARY KEY, scope INTEGER NOT NULL, hash INTEGER NOT NULL, key NOT NULL,
    created INTEGER, fresh INTEGER, stale INTEGER, checksum INTEGER NOT NULL, entry TEXT NOT NULL
  );
  CREATE UNIQUE INDEX IF NOT EXISTS opero_cache_3_keys ON opero_cache_3 (scope, hash);
  CREATE TABLE IF NOT EXISTS opero_cache_3_scopes (id INTEGER PRIMARY KEY, prefix BLOB NOT NULL UNIQUE)
`;

/** The tables of earlier versions. */
const OLD_TABLES = ["opero_cache_1", "opero_cache_2"];

/** All that is asked of a database. */
export interface SqliteStatements {
  readonly get: SqliteStatement;
  readonly set: SqliteStatement;
  readonly delete: SqliteStatement;
  /** Removes some rows. */
  readonly clearAll: SqliteStatement;
  /** Removes some rows of a scope. */
  readonly clearScope: SqliteStatement;
  /** The last hash of some rows with text keys past a hash, and how many they are. */
  readonly lookAtTexts: SqliteStatement;
  /** Removes those of the rows looked at whose keys are in a range. */
  readonly clearTexts: SqliteStatement;
  /** The number of a scope. */
  readonly findScope: SqliteStatement;
  readonly addScope: SqliteStatement;
  /** The first scope past one whose prefix is in a range. */
  readonly nextScope: SqliteStatement;
  /** The last scope and hash of some rows past them, and how many they are. */
  readonly count: SqliteStatement;
  /** Removes some rows, those that were stored first. */
  readonly evict: SqliteStatement;
  /** The last of some rows past one. */
  readonly look: SqliteStatement;
  /** Removes those of the rows looked at that are dead. */
  readonly purge: SqliteStatement;
  /** Remove some rows of earlier versions, where there are any. */
  readonly purgeOld: readonly SqliteStatement[];
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
  const get = database.prepare(
    `SELECT created, fresh, stale, checksum, entry FROM opero_cache_3
      WHERE scope = ? AND hash = ? AND key = ? AND ${byteLength(database)} <= ${maxEntryBytes}`,
  );
  // An object a row takes as long to make as the row to find.
  get.setReturnArrays?.(true);
  return {
    get,
    set: database.prepare(upsertOf("VALUES (?, ?, ?, ?, ?, ?, ?, ?)")),
    delete: database.prepare("DELETE FROM opero_cache_3 WHERE scope = ? AND hash = ? AND key = ?"),
    ...clearing(database),
    ...scopes(database),
    ...sweeping(database),
  };
}

/**
 * The statement that writes a row, in place of one with the same key.
 *
 * @param source Where the values of the row come from: `VALUES` or a `SELECT`.
 * @returns The text of the statement.
 */
export function upsertOf(source: string): string {
  return `
    INSERT INTO opero_cache_3 (scope, hash, key, created, fresh, stale, checksum, entry) ${source}
    ON CONFLICT (scope, hash) DO UPDATE SET key = excluded.key, created = excluded.created, fresh = excluded.fresh,
      stale = excluded.stale, checksum = excluded.checksum, entry = excluded.entry`;
}

type Named<Name extends keyof SqliteStatements> = Pick<SqliteStatements, Name>;

function clearing(database: SqliteDatabase): Named<"clearAll" | "clearScope" | "lookAtTexts" | "clearTexts"> {
  return {
    clearAll: database.prepare(rowsWhere("true LIMIT ?")),
    clearScope: database.prepare(rowsWhere("scope = ? LIMIT ?")),
    lookAtTexts: database.prepare(
      "SELECT max(hash) AS last, count(*) AS rows FROM (SELECT hash FROM opero_cache_3 WHERE scope = 0 AND hash > ? " +
        "ORDER BY hash LIMIT ?)",
    ),
    clearTexts: database.prepare(
      "DELETE FROM opero_cache_3 WHERE scope = 0 AND hash > ? AND hash <= ? AND key >= ? AND key < ?",
    ),
  };
}

function scopes(database: SqliteDatabase): Named<"findScope" | "addScope" | "nextScope"> {
  return {
    findScope: database.prepare("SELECT id FROM opero_cache_3_scopes WHERE prefix = ?"),
    addScope: database.prepare("INSERT OR IGNORE INTO opero_cache_3_scopes (prefix) VALUES (?)"),
    nextScope: database.prepare(
      "SELECT id FROM opero_cache_3_scopes WHERE id > ? AND prefix >= ? AND prefix < ? ORDER BY id LIMIT 1",
    ),
  };
}

function sweeping(database: SqliteDatabase): Named<"count" | "evict" | "look" | "purge" | "purgeOld"> {
  const isThere = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?");
  return {
    count: database.prepare(`
      SELECT scope, max(hash) AS last, sum(count(*)) OVER () AS rows
      FROM (SELECT scope, hash FROM opero_cache_3 WHERE (scope, hash) > (?, ?) ORDER BY scope, hash LIMIT ?)
      GROUP BY scope ORDER BY scope DESC LIMIT 1`),
    evict: database.prepare(rowsWhere("true ORDER BY id LIMIT ?")),
    look: database.prepare(
      "SELECT max(id) AS last, count(*) AS rows FROM (SELECT id FROM opero_cache_3 WHERE id > ? ORDER BY id LIMIT ?)",
    ),
    purge: database.prepare(
      "DELETE FROM opero_cache_3 WHERE id > ? AND id <= ? AND coalesce(created, 0) + fresh + stale <= ?",
    ),
    purgeOld: OLD_TABLES.filter((name) => (isThere.get(name) ?? undefined) !== undefined).map((name) =>
      database.prepare(`DELETE FROM ${name} WHERE key IN (SELECT key FROM ${name} LIMIT ?)`)
    ),
  };
}

function rowsWhere(condition: string): string {
  return `DELETE FROM opero_cache_3 WHERE id IN (SELECT id FROM opero_cache_3 WHERE ${condition})`;
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
