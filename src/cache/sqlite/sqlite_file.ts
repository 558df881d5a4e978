import type { Clock } from "../../time/clock.ts";
import { ConfigurationError } from "../../errors/configuration_error.ts";
import type { LogFields } from "../../telemetry/logger.ts";
import type { Files } from "../../runtime/files.ts";
import { isMissing } from "../../runtime/node_fs.ts";
import type { SqliteDatabase } from "../../runtime/sqlite.ts";
import { isDamage } from "./sqlite_error.ts";
import { type SqlitePlace, sqlitePlaceOf } from "./sqlite_path.ts";

/** Where a store gets its database from. */
export interface SqliteSource {
  /**
   * The database, ready for use. It is asked at each operation, and may answer with another one than before.
   *
   * @param wallMs The time of day, for who has just read it.
   */
  open(wallMs?: number): SqliteDatabase;
  /** Is notified of each failure; the next {@link SqliteSource.open} may answer with another database. */
  onFailure(error: unknown): void;
  /** Closes what it opened. */
  close(): void;
}

/** What a file of the library's own is opened with. */
export interface SqliteFileOptions {
  /** As the user gave it. */
  readonly path: string;
  readonly files: Files;
  readonly openDatabase: (path: string) => SqliteDatabase;
  /** Says when it is time to check that the file still exists. */
  readonly clock: Pick<Clock, "wallNow">;
  readonly warn: (message: string, fields?: LogFields) => void;
}

/** "opro": marks a database as made by this library, which alone may be renamed. */
const APPLICATION_ID = 0x6f70726f;

/** So often it is looked whether the file is still the one that was opened. */
const LOOK_MS = 1_000;

/**
 * A database file. One that the library made, and no other, is made readable for its user alone, and renamed where it is
 * damaged. A file that was deleted or replaced is noticed within a second, and opened anew.
 */
export class SqliteFile implements SqliteSource {
  readonly #options: SqliteFileOptions;
  readonly #place: SqlitePlace;
  #database: SqliteDatabase | undefined;
  #identity: string | undefined;
  #isOwn = false;
  #checkedMs = -Infinity;

  /** A file that is not open yet. */
  constructor(options: SqliteFileOptions) {
    this.#options = options;
    this.#place = sqlitePlaceOf(options.path);
  }

  /**
   * Opens the file, or makes it.
   *
   * @throws {ConfigurationError} If there is something else than a database, which was not known to be one of the library's.
   */
  open(wallMs: number = this.#options.clock.wallNow()): SqliteDatabase {
    const sinceMs = wallMs - this.#checkedMs;
    if (this.#database !== undefined && ((sinceMs >= 0 && sinceMs < LOOK_MS) || !this.#isReplaced(wallMs))) {
      return this.#database;
    }
    this.close();
    this.#requireFile();
    const identity = this.#identityNow();
    if (identity !== this.#identity) this.#isOwn = false;
    this.#identity = identity;
    const database = this.#options.openDatabase(this.#options.path);
    try {
      this.#prepare(database);
    } catch (error) {
      database.close();
      throw this.#isOwn || !isDamage(error)
        ? error
        : foreignFile("a file that is no database, or a damaged one", error);
    }
    return this.#database = database;
  }

  /** Releases a database that is damaged; a file of the library's own is kept under another name, to be examined. */
  onFailure(error: unknown): void {
    if (!isDamage(error)) return;
    this.close();
    const { file } = this.#place;
    // Another process may have put it aside already: then the file is another one by now.
    if (file === undefined || !this.#isOwn || this.#identityNow() !== this.#identity) return;
    const { files, warn } = this.#options;
    for (const suffix of ["-wal", "-shm"]) files.remove(file + suffix);
    const suffix = this.#freeSuffix(file);
    files.rename(file, file + suffix);
    warn(`The sqlite cache was damaged and was created again; the old file has the suffix ${suffix}`);
  }

  /** Closes the file; it is opened again when it is used again. */
  close(): void {
    const database = this.#database;
    this.#database = undefined;
    database?.close();
  }

  /** The time of day serves here, as each read has asked for it anyway; where it goes back, it is time to check. */
  #isReplaced(wallMs: number): boolean {
    this.#checkedMs = wallMs;
    if (this.#place.file === undefined) return false;
    return this.#identityNow() !== this.#identity;
  }

  #identityNow(): string | undefined {
    const { file } = this.#place;
    return file === undefined ? undefined : this.#options.files.factsBehind(file)?.identity;
  }

  /** What is no file is not tried: SQLite's own word for it, a disk I/O error say, does not help. */
  #requireFile(): void {
    const { file, isMade } = this.#place;
    if (file === undefined) return;
    const kind = this.#options.files.factsBehind(file)?.kind;
    if (kind === undefined && isMade) this.#makeFile(file);
    if (kind === "directory") throw foreignFile("a directory");
    if (kind === "other") throw foreignFile("a device or pipe");
  }

  /**
   * SQLite gives its `-wal` and `-shm` the mode of the file. One that is there is not opened, as closing it would drop the
   * locks of another connection in this process.
   */
  #makeFile(file: string): void {
    const { files } = this.#options;
    const slash = Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\"));
    try {
      files.touch(file);
    } catch (error) {
      if (!isMissing(error) || slash <= 0) throw error;
      files.makeDirectory(file.slice(0, slash));
      files.touch(file);
    }
  }

  #prepare(database: SqliteDatabase): void {
    // Without a wait for the disk at every write: a crash of the process loses nothing, a loss of power the latest entries.
    database.exec("PRAGMA synchronous = NORMAL");
    this.#isOwn ||= isOwnDatabase(database);
    if (!this.#isOwn) return;
    this.#tighten();
    try {
      // Readers and a writer do not wait for each other. The mode stays with the file, so one process that brings it
      // about, when no other is in the way, is enough.
      database.exec("PRAGMA journal_mode = WAL");
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    } catch (error) {
      if (isDamage(error)) throw error;
    }
  }

  #tighten(): void {
    const { file } = this.#place;
    if (file === undefined) return;
    for (const suffix of ["", "-wal", "-shm"]) {
      try {
        this.#options.files.tightenUnopened(file + suffix);
      } catch {
        // Not there, or another user's, who alone may.
      }
    }
  }

  /** One that was renamed before stays: it may still be wanted. */
  #freeSuffix(file: string): string {
    for (let number = 1;; number++) {
      const suffix = number === 1 ? ".damaged" : `.damaged-${number}`;
      if (this.#options.files.facts(file + suffix) === undefined) return suffix;
    }
  }
}

/** Bears the mark, or holds nothing but what version 0.1 or a new file holds. */
function isOwnDatabase(database: SqliteDatabase): boolean {
  const { application_id: id } = database.prepare("PRAGMA application_id").get() as { application_id: number | bigint };
  if (Number(id) === APPLICATION_ID) return true;
  const foreign =
    "SELECT count(*) AS tables FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'opero\\_cache\\_%' ESCAPE '\\'";
  const { tables } = database.prepare(foreign).get() as { tables: number | bigint };
  return Number(id) === 0 && Number(tables) === 0;
}

function foreignFile(found: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(
    "Cannot use the sqlite cache as 'path' must name a database, or a file that is not there yet: received " +
      `${found}; choose another 'path', or remove it`,
    { cause },
  );
}
