import type { LogFields } from "../../logger.ts";
import { type Files, isMissing } from "../../runtime/files.ts";
import type { SqliteDatabase } from "../../runtime/sqlite.ts";

/** Where a store gets its database from. */
export interface SqliteSource {
  /** The database, ready for use. */
  open(): SqliteDatabase;
  /** Is told of each failure; the next {@link SqliteSource.open} may answer with another database. */
  onFailure(error: unknown): void;
  /** Closes what it opened. */
  close(): void;
}

/**
 * How long an operation waits for another process that writes. It blocks the loop, and a call waits for its
 * cache a quarter of a second at most.
 */
const BUSY_TIMEOUT_MS = 200;

/** A database file of the library's own: made for its user alone, and put aside where it is damaged. */
export class SqliteFile implements SqliteSource {
  readonly #path: string;
  readonly #files: Files;
  readonly #openDatabase: (path: string, busyTimeoutMs: number) => SqliteDatabase;
  readonly #warn: (message: string, fields?: LogFields) => void;
  #database: SqliteDatabase | undefined;
  #identity: number | undefined;

  /** A file that is not open yet. */
  constructor(
    path: string,
    files: Files,
    openDatabase: (path: string, busyTimeoutMs: number) => SqliteDatabase,
    warn: (message: string, fields?: LogFields) => void,
  ) {
    this.#path = path;
    this.#files = files;
    this.#openDatabase = openDatabase;
    this.#warn = warn;
  }

  /** Opens the file, or makes it, with a log of its own (WAL) so that readers and a writer don't wait for each other. */
  open(): SqliteDatabase {
    if (this.#database !== undefined) return this.#database;
    if (this.#isFile) this.#makeFile();
    const database = this.#openDatabase(this.#path, BUSY_TIMEOUT_MS);
    try {
      prepareDatabase(database);
    } catch (error) {
      database.close();
      throw error;
    }
    return this.#database = database;
  }

  /** Lets go of a database that is damaged; its file is kept under another name, for somebody to look at. */
  onFailure(error: unknown): void {
    if (!isDamage(error)) return;
    this.close();
    // Another process may have put it aside already: then the file is another one by now.
    if (!this.#isFile || this.#identity === undefined || this.#files.identity(this.#path) !== this.#identity) return;
    for (const suffix of ["-wal", "-shm"]) this.#files.remove(this.#path + suffix);
    this.#files.rename(this.#path, `${this.#path}.damaged`);
    this.#warn("The sqlite cache was damaged and is begun anew; the old file has got the suffix .damaged");
  }

  /** Closes the file; it is opened again when it is used again. */
  close(): void {
    const database = this.#database;
    this.#database = undefined;
    database?.close();
  }

  get #isFile(): boolean {
    return this.#path !== ":memory:" && !this.#path.startsWith("file:");
  }

  /** SQLite gives its `-wal` and `-shm` the mode of the file. */
  #makeFile(): void {
    const slash = Math.max(this.#path.lastIndexOf("/"), this.#path.lastIndexOf("\\"));
    try {
      this.#files.touch(this.#path);
    } catch (error) {
      if (!isMissing(error) || slash <= 0) throw error;
      this.#files.makeDirectory(this.#path.slice(0, slash));
      this.#files.touch(this.#path);
    }
    this.#identity = this.#files.identity(this.#path);
  }
}

function prepareDatabase(database: SqliteDatabase): void {
  // Without a wait for the disk at every write: a crash of the process loses nothing, a loss of power the latest entries.
  database.exec("PRAGMA synchronous = NORMAL");
  try {
    database.exec("PRAGMA journal_mode = WAL");
  } catch (error) {
    // The mode stays with the file, so one process that brings it about, when no other is in the way, is enough.
    if (isDamage(error)) throw error;
  }
}

/** By the message: only some of the libraries tell SQLite's own code. */
function isDamage(error: unknown): boolean {
  const { errcode, message } = Object(error) as { errcode?: unknown; message?: unknown };
  return errcode === 11 || errcode === 26 || /not a database|malformed|corrupt/i.test(String(message));
}
