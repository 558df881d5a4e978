import type { Clock } from "../../clock.ts";
import { nextTurn } from "../../internal/next_turn.ts";
import { changedRows, type SqliteDatabase, type SqliteStatement } from "../../runtime/sqlite.ts";
import type { CacheBackend, CacheEntry } from "../cache_backend.ts";
import { decodeEntry, encodeEntry } from "../codec/cache_codec.ts";
import { plainKey } from "../plain_key.ts";
import type { SqliteSource } from "./sqlite_file.ts";

/** The form of the table has a number in its name, so that another version has a table of its own in the same file. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS opero_cache_1 (key TEXT PRIMARY KEY NOT NULL, until REAL NOT NULL, entry TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS opero_cache_1_until ON opero_cache_1 (until) WHERE until < 9e999;
`;

/** Rows that one statement removes at most, so that it takes milliseconds. */
const BATCH_ROWS = 1_000;

/** After so many writes at most it is looked whether something is to be removed. */
const MAX_WRITES_BETWEEN_PURGES = 256;

interface Statements {
  readonly get: SqliteStatement;
  readonly set: SqliteStatement;
  readonly delete: SqliteStatement;
  readonly clear: SqliteStatement;
  readonly purge: SqliteStatement;
  readonly count: SqliteStatement;
  readonly evict: SqliteStatement;
}

/** Entries as rows of a table. */
export class SqliteStore implements CacheBackend {
  readonly #source: SqliteSource;
  readonly #maxEntries: number;
  readonly #clock: Clock;
  readonly #writesBetweenPurges: number;
  #statements: Statements | undefined;
  #writesUntilPurge = 0;
  #isClosed = false;

  /** Keeps entries in the database of `source`, up to `maxEntries`, or `Infinity`. */
  constructor(source: SqliteSource, maxEntries: number, clock: Clock) {
    this.#source = source;
    this.#maxEntries = maxEntries;
    this.#clock = clock;
    this.#writesBetweenPurges = Math.max(1, Math.min(MAX_WRITES_BETWEEN_PURGES, Math.floor(maxEntries / 10)));
  }

  get(key: string): CacheEntry | undefined {
    const row = this.#run((statements) => statements.get.get(plainKey(key))) as { entry: unknown } | null | undefined;
    if (typeof row?.entry !== "string") return undefined;
    const entry = decodeEntry(key, row.entry);
    if (entry === undefined) this.#tryToDelete(key);
    return entry;
  }

  set(key: string, entry: CacheEntry): void {
    const text = encodeEntry(key, entry);
    this.#run((statements) => {
      statements.set.run(plainKey(key), entry.staleUntil, text);
      if (this.#writesUntilPurge-- <= 0) this.#purge(statements);
    });
  }

  delete(key: string): boolean {
    return this.#run((statements) => changedRows(statements.delete.run(plainKey(key)))) > 0;
  }

  /** Batch by batch, with turns of the loop between, so that nothing else waits long. */
  async clear(prefix: string): Promise<void> {
    const from = plainKey(prefix);
    // Plain keys have nothing past "~".
    const clearBatch = () => this.#run(({ clear }) => changedRows(clear.run(from, `${from}\x7f`)));
    while (clearBatch() === BATCH_ROWS) await new Promise<void>(nextTurn);
  }

  close(): void {
    this.#isClosed = true;
    this.#statements = undefined;
    this.#source.close();
  }

  /** A damaged row that stays is a miss all the same. */
  #tryToDelete(key: string): void {
    try {
      this.delete(key);
    } catch {
      // Such as in a database that cannot be written.
    }
  }

  #run<R>(use: (statements: Statements) => R): R {
    if (this.#isClosed) throw new Error("The sqlite cache is closed");
    try {
      return use(this.#statements ??= prepare(this.#source.open()));
    } catch (error) {
      this.#statements = undefined;
      this.#source.onFailure(error);
      throw error;
    }
  }

  #purge({ purge, count, evict }: Statements): void {
    this.#writesUntilPurge = this.#writesBetweenPurges - 1;
    purge.run(this.#clock.wallNow(), BATCH_ROWS);
    if (this.#maxEntries === Infinity) return;
    const excess = Number((count.get() as { rows: number | bigint }).rows) - this.#maxEntries;
    if (excess > 0) evict.run(excess);
  }
}

function prepare(database: SqliteDatabase): Statements {
  database.exec(SCHEMA);
  const rowsWhere = (condition: string) =>
    `DELETE FROM opero_cache_1 WHERE rowid IN (SELECT rowid FROM opero_cache_1 ${condition})`;
  return {
    get: database.prepare("SELECT entry FROM opero_cache_1 WHERE key = ?"),
    set: database.prepare(
      "INSERT INTO opero_cache_1 (key, until, entry) VALUES (?, ?, ?) " +
        "ON CONFLICT (key) DO UPDATE SET until = excluded.until, entry = excluded.entry",
    ),
    delete: database.prepare("DELETE FROM opero_cache_1 WHERE key = ?"),
    clear: database.prepare(rowsWhere(`WHERE key >= ? AND key < ? LIMIT ${BATCH_ROWS}`)),
    purge: database.prepare(rowsWhere("WHERE until <= ? AND until < 9e999 LIMIT ?")),
    count: database.prepare("SELECT count(*) AS rows FROM opero_cache_1"),
    evict: database.prepare(rowsWhere("ORDER BY rowid LIMIT ?")),
  };
}
