import type { LimitState } from "../../limiter/store/limit_state.ts";
import type { SqliteDatabase, SqliteStatement } from "../../runtime/sqlite.ts";

/** The tables; their names say by which form of them they were made. */
const TABLES = `
CREATE TABLE IF NOT EXISTS opero_limits_1 (
  key TEXT PRIMARY KEY, due REAL NOT NULL, "full" REAL NOT NULL, paused REAL NOT NULL, seen REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS opero_limit_clients_1 (
  key TEXT NOT NULL, client TEXT NOT NULL, until REAL NOT NULL, PRIMARY KEY (key, client)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS opero_limit_events_1 (
  key TEXT PRIMARY KEY, id INTEGER NOT NULL, ms REAL NOT NULL, at REAL NOT NULL
) WITHOUT ROWID;`;

/** For how long an event is kept, and one that says nothing more of a limit, in milliseconds. */
const KEPT_MS = 60_000;

/** The rows of limits in one database. */
export class LimitRows {
  readonly #database: SqliteDatabase;
  readonly #statements: Readonly<
    Record<"read" | "write" | "forget" | "see" | "leave" | "count" | "event" | "latest", SqliteStatement>
  >;
  #sweptMs = -Infinity;

  /** Makes the tables where they are missing. */
  constructor(database: SqliteDatabase) {
    this.#database = database;
    // A loss of power may undo the latest bookings, a crash of the process none.
    database.exec("PRAGMA synchronous = NORMAL");
    // Readers and a writer do not wait for each other. The mode stays with the file, which may be another program's.
    if (isOwnDatabase(database)) database.exec("PRAGMA journal_mode = WAL");
    database.exec(TABLES);
    const prepare = (sql: string) => database.prepare(sql);
    this.#statements = {
      read: prepare('SELECT due, "full", paused, seen FROM opero_limits_1 WHERE key = ?'),
      write: prepare('INSERT OR REPLACE INTO opero_limits_1 (key, due, "full", paused, seen) VALUES (?, ?, ?, ?, ?)'),
      forget: prepare("DELETE FROM opero_limits_1 WHERE key = ?"),
      see: prepare("INSERT OR REPLACE INTO opero_limit_clients_1 (key, client, until) VALUES (?, ?, ?)"),
      leave: prepare("DELETE FROM opero_limit_clients_1 WHERE key = ? AND until <= ?"),
      count: prepare("SELECT count(*) AS clients FROM opero_limit_clients_1 WHERE key = ?"),
      event: prepare(
        "INSERT INTO opero_limit_events_1 (key, id, ms, at) VALUES (?1, 1, ?2, ?3) " +
          "ON CONFLICT (key) DO UPDATE SET id = id + 1, ms = ?2, at = ?3",
      ),
      latest: prepare("SELECT id || ' ' || ms AS event FROM opero_limit_events_1 WHERE key = ?"),
    };
  }

  /** Runs `use`, and keeps all that it writes, or nothing. */
  transact<R>(use: () => R): R {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = use();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  /** What is known of a limit. */
  read(key: string): LimitState | undefined {
    const row = this.#statements.read.get(key) as Record<string, number> | undefined;
    if (row === undefined || row === null) return undefined;
    return { dueMs: row.due!, fullMs: row.full!, pausedUntilMs: row.paused!, seenMs: row.seen! };
  }

  /** Keeps what is known of a limit. */
  write(key: string, { dueMs, fullMs, pausedUntilMs, seenMs }: LimitState): void {
    this.#statements.write.run(key, dueMs, fullMs, pausedUntilMs, seenMs);
    this.#sweep(seenMs);
  }

  /** Forgets a limit. */
  forget(key: string): void {
    this.#statements.forget.run(key);
  }

  /** Counts a client of a limit until `untilMs`, and returns how many there are. */
  see(key: string, client: string, nowMs: number, untilMs: number): number {
    const { see, leave, count } = this.#statements;
    see.run(key, client, untilMs);
    leave.run(key, nowMs);
    return Number((count.get(key) as { clients: number | bigint }).clients);
  }

  /** Records a pause, or with 0 a reset. */
  record(key: string, forMs: number, nowMs: number): void {
    this.#statements.event.run(key, forMs, nowMs);
  }

  /** The latest of them: its number, and the length. */
  latestEvent(key: string): string | undefined {
    return (this.#statements.latest.get(key) as { event: string } | undefined)?.event;
  }

  #sweep(nowMs: number): void {
    if (nowMs - this.#sweptMs < KEPT_MS && nowMs >= this.#sweptMs) return;
    this.#sweptMs = nowMs;
    const oldMs = nowMs - KEPT_MS;
    for (
      const sql of [
        `DELETE FROM opero_limits_1 WHERE max(due, paused, seen) < ?`,
        `DELETE FROM opero_limit_clients_1 WHERE until < ?`,
        `DELETE FROM opero_limit_events_1 WHERE at < ?`,
      ]
    ) this.#database.prepare(sql).run(oldMs);
  }
}

function isOwnDatabase(database: SqliteDatabase): boolean {
  const others =
    "SELECT count(*) AS tables FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'opero\\_%' ESCAPE '\\'";
  return Number((database.prepare(others).get() as { tables: number | bigint }).tables) === 0;
}
