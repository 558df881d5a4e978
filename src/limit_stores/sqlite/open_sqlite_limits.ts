import type { LimitStore } from "../../limiter/store/limit_store.ts";
import type { SqliteDatabase } from "../../runtime/sqlite.ts";
import { SystemClock } from "../../time/system_clock.ts";
import { SqliteLimitStore } from "./sqlite_limit_store.ts";

/**
 * Opens the limits in a database, which is opened when they are first used.
 *
 * @param openDatabase Opens it.
 * @returns The store.
 */
export function openSqliteLimits(openDatabase: () => SqliteDatabase): LimitStore {
  return new SqliteLimitStore(openDatabase, new SystemClock());
}
