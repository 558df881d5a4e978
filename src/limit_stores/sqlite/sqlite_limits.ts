import { nonEmptyString, wrongOption } from "../../options/validate.ts";
import { LazyModule } from "../../runtime/lazy_module.ts";
import { sqliteOpener } from "../../runtime/sqlite.ts";
import type { LimitStore } from "../../limiter/store/limit_store.ts";
import { LateLimitStore } from "../late_limit_store.ts";

const TASK = "open the sqlite limits";

const pathRule = { ...nonEmptyString, isPrivate: true };

const store = /* @__PURE__ */ new LazyModule(() => import("./open_sqlite_limits.ts"));

/**
 * A store of rate limits in an SQLite file, for `store` of `rateLimit`: for the processes of one machine, as it goes by the
 * machine's clock. The file is opened when it is first used, with the runtime's own `node:sqlite`, and made where it is missing;
 * it may be that of other tables. A booking takes a tenth of a millisecond; where another process is in its way it is tried again
 * without holding up the event loop. Pauses by others are asked for 40 times a second while calls wait. It needs the permission to
 * read and write the file.
 *
 * @param path The file of the database, relative to the current directory.
 * @returns The store; close it with `await using`, or by its `[Symbol.asyncDispose]()`.
 * @throws {ConfigurationError} If it is no path, or the runtime has no `node:sqlite`.
 *
 * @example
 * ```ts
 * import { opero, sqliteLimits } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 * await using store = sqliteLimits(`${directory}/limits.sqlite`);
 * const area = opero((width: number, height: number) => width * height, {
 *   rateLimit: { limit: 100, key: "areas", store },
 * });
 * assertEquals(await area(3, 4), 12);
 * ```
 */
export function sqliteLimits(path: string): LimitStore {
  if (!pathRule.accepts(path)) throw wrongOption(TASK, "path", pathRule, path);
  const openDatabase = sqliteOpener();
  return new LateLimitStore("sqlite", async () => (await store.load()).openSqliteLimits(() => openDatabase(path)));
}
