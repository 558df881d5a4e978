import type { CacheClaim, CacheEntry } from "../backend/cache_backend.ts";
import { plainKey } from "../backend/plain_key.ts";
import { changedRows, type SqliteDatabase, type SqliteStatement } from "../../runtime/sqlite.ts";
import type { SqliteRow } from "./sqlite_rows.ts";
import { upsertOf } from "./sqlite_statements.ts";
import type { SqliteKey } from "./sqlite_keys.ts";

/** Locks of keys. What a process that was killed has left is removed when another one opens the file. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS opero_cache_3_locks (
    key TEXT PRIMARY KEY, token TEXT NOT NULL, until INTEGER NOT NULL
  ) WITHOUT ROWID
`;

/** The lock of a key, and who asks for it. */
export interface SqliteLockRequest {
  readonly key: string;
  readonly token: string;
  /** The time of day, which all processes of a machine share. */
  readonly nowMs: number;
}

/**
 * The locks in one database. Each change is one statement, which SQLite does in a transaction of its own, so that it works
 * within a transaction of the user's, too.
 */
export class SqliteLocks {
  readonly #statements: Readonly<Record<"find" | "take" | "keep" | "fulfil" | "release", SqliteStatement>>;

  /** Makes the table where it is missing. */
  constructor(database: SqliteDatabase, nowMs: number) {
    database.exec(SCHEMA);
    database.prepare("DELETE FROM opero_cache_3_locks WHERE until <= ?").run(nowMs);
    const isHeld = "SELECT 1 FROM opero_cache_3_locks WHERE key = ? AND token = ? AND until > ?";
    this.#statements = {
      find: database.prepare("SELECT token, until FROM opero_cache_3_locks WHERE key = ? AND until > ?"),
      take: database.prepare(
        "INSERT INTO opero_cache_3_locks (key, token, until) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE " +
          "SET token = excluded.token, until = excluded.until WHERE until <= ? OR token = excluded.token",
      ),
      keep: database.prepare(
        "UPDATE opero_cache_3_locks SET until = ? WHERE key = ? AND token = ? AND until > ?",
      ),
      fulfil: database.prepare(upsertOf(`SELECT ?, ?, ?, ?, ?, ?, ?, ? WHERE EXISTS (${isHeld})`)),
      release: database.prepare("DELETE FROM opero_cache_3_locks WHERE key = ? AND token = ?"),
    };
  }

  /**
   * Takes the lock, unless there is an entry already, which `read` answers. Who finds it taken has written nothing: those who
   * wait ask often.
   */
  claim(request: SqliteLockRequest, leaseMs: number, read: () => CacheEntry | undefined): CacheClaim {
    const entry = read();
    if (entry !== undefined) return { entry };
    const { find, take } = this.#statements;
    const { token, nowMs } = request;
    const key = plainKey(request.key);
    const row = find.get(key, nowMs) as { token: string; until: number | bigint } | null | undefined;
    if (row !== null && row !== undefined && row.token !== token) return { busyMs: Number(row.until) - nowMs };
    // Another process may have come before.
    if (changedRows(take.run(key, token, Math.ceil(nowMs + leaseMs), nowMs)) === 0) return { busyMs: 1 };
    const late = read();
    if (late === undefined) return { held: true };
    this.release(request);
    return { entry: late };
  }

  /** Lets the lock last longer; returns whether it was held still. */
  keep({ key, token, nowMs }: SqliteLockRequest, leaseMs: number): boolean {
    return changedRows(this.#statements.keep.run(Math.ceil(nowMs + leaseMs), plainKey(key), token, nowMs)) > 0;
  }

  /** Writes a row and gives the lock back, where it is held still; returns whether it was. */
  fulfil(request: SqliteLockRequest, { scope, hash, key: rest }: SqliteKey, row: SqliteRow): boolean {
    const { key, token, nowMs } = request;
    const written = this.#statements.fulfil.run(scope, hash, rest, ...row, plainKey(key), token, nowMs);
    if (changedRows(written) === 0) return false;
    this.release(request);
    return true;
  }

  /** Gives the lock back, where it is held still. */
  release({ key, token }: SqliteLockRequest): void {
    this.#statements.release.run(plainKey(key), token);
  }
}
