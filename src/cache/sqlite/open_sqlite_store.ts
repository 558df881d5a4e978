import { openFiles } from "../../runtime/files.ts";
import type { SqliteDatabase } from "../../runtime/sqlite.ts";
import type { CacheBackend, CacheBackendHost } from "../backend/cache_backend.ts";
import { SqliteFile } from "./sqlite_file.ts";
import { SqliteStore } from "./sqlite_store.ts";

/** Where an sqlite cache is, and what it may hold; all of it is validated. */
export interface SqliteStoreOptions {
  /** The database, where one was passed in. */
  readonly db: SqliteDatabase | undefined;
  /** The file of the database. */
  readonly path: string;
  /** How to open it. */
  readonly openDatabase: (path: string) => SqliteDatabase;
  /** How many entries are kept. */
  readonly maxEntries: number;
  /** How many bytes one of them takes at most. */
  readonly maxEntryBytes: number;
  /** What cannot be done where there are no files. */
  readonly task: string;
}

/**
 * Opens the sqlite cache; its file is opened when it is first used.
 *
 * @param options The path of the file or the open database, and how many bytes it may hold.
 * @param host The clock and the log of the instance.
 * @returns The backend.
 */
export function openSqliteStore(options: SqliteStoreOptions, { clock, warn }: CacheBackendHost): CacheBackend {
  const { db, path, openDatabase, task } = options;
  const source = db === undefined
    ? new SqliteFile({ path, openDatabase, files: openFiles(task), clock, warn })
    : { open: () => db, onFailure: () => {}, close: () => {} };
  return new SqliteStore(source, options, clock);
}
