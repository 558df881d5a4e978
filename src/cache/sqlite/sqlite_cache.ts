import {
  nonEmptyString,
  type OptionRules,
  positiveInteger,
  validateOptions,
  wrongOption,
} from "../../options/validate.ts";
import { LazyModule } from "../../runtime/lazy_module.ts";
import { requireFiles } from "../../runtime/require_files.ts";
import { type SqliteDatabase, sqliteOpener } from "../../runtime/sqlite.ts";
import { attachable } from "../backend/attached_host.ts";
import type { CacheBackend, CacheBackendHost } from "../backend/cache_backend.ts";
import { LateBackend } from "../backend/late_backend.ts";
import { DEFAULT_MAX_ENTRY_BYTES, maxEntryBytesRule } from "../backend/max_entry_bytes.ts";

/** What {@link sqliteCache} and the backend `"sqlite"` take: where the database is, or an open one. */
export interface SqliteCacheConfig {
  /**
   * The file of the database, relative to the current directory; `":memory:"` for none.
   * @default ".opero_cache.sqlite"
   */
  readonly path?: string | undefined;
  /** An open database of `node:sqlite`, better-sqlite3 or @db/sqlite. It is left open, with the settings it has. */
  readonly db?: SqliteDatabase | undefined;
  /** How many entries are kept, give or take a tenth; those stored first go first. By default there is no limit. */
  readonly maxEntries?: number | undefined;
  /**
   * How many bytes one entry takes at most: a larger one is neither written nor read.
   * @default 67_108_864
   */
  readonly maxEntryBytes?: number | undefined;
}

const TASK = "open the sqlite cache";

const store = /* @__PURE__ */ new LazyModule(() => import("./open_sqlite_store.ts"));

const RULES: OptionRules = {
  path: { ...nonEmptyString, isPrivate: true },
  db: { desired: "an open SQLite database", accepts: isDatabase, isPrivate: true },
  maxEntries: { ...positiveInteger, isPrivate: true },
  maxEntryBytes: maxEntryBytesRule,
};

/**
 * A cache in an SQLite file, for `cacheBackend`. The file is opened when it is first used, with the
 * runtime's own `node:sqlite`; any number of processes may use it at once. It is made readable for its user
 * alone. Entries survive a crash of the process; after a loss of power the latest may be missing. It needs the
 * permission to read and write the file; its neighbours `-wal` and `-shm` need none.
 *
 * @param config Where the database is, and how much it may hold.
 * @returns The backend.
 * @throws {ConfigurationError} If an option is wrong, or the runtime has no `node:sqlite` and no `db` is passed in.
 *
 * @example
 * ```ts
 * import { sqliteCache } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const cache = sqliteCache({ path: ":memory:" });
 * await cache.set("key", { value: new Date(0), createdAt: 0, expiresAt: Infinity, staleUntil: Infinity });
 * assertEquals((await cache.get("key"))?.value, new Date(0));
 * await cache.close?.();
 * ```
 */
export function sqliteCache(config: SqliteCacheConfig = {}): CacheBackend {
  return attachable((host) => openSqliteCache(config, host));
}

/**
 * {@link sqliteCache} for an instance, by whose clock entries expire.
 *
 * @param config Where the database is, and how much it may hold.
 * @param host The clock and the log of the instance.
 * @returns The backend.
 * @throws {ConfigurationError} If an option is unknown or wrong, or the runtime has no sqlite or no files.
 */
export function openSqliteCache(config: SqliteCacheConfig, host: CacheBackendHost): CacheBackend {
  validateOptions(TASK, config, RULES);
  const { path = ".opero_cache.sqlite", db, maxEntries = Infinity, maxEntryBytes = DEFAULT_MAX_ENTRY_BYTES } = config;
  if (db !== undefined && config.path !== undefined) {
    throw wrongOption(TASK, "path", { desired: "left out where 'db' is given", isPrivate: true }, path);
  }
  const openDatabase = db === undefined ? openerOfFiles() : () => db;
  const options = { db, path, openDatabase, maxEntries, maxEntryBytes, task: TASK };
  return new SqliteCache(store, ({ openSqliteStore }) => openSqliteStore(options, host), true);
}

function openerOfFiles(): (path: string) => SqliteDatabase {
  const openDatabase = sqliteOpener();
  requireFiles(TASK);
  return openDatabase;
}

function isDatabase(value: unknown): boolean {
  const { prepare, exec } = Object(value) as Partial<SqliteDatabase>;
  return typeof prepare === "function" && typeof exec === "function";
}

/** So that it is called by its name where it is in trouble. */
class SqliteCache extends LateBackend<typeof import("./open_sqlite_store.ts")> {}
