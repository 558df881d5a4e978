import { anyFunction, type OptionRule, wrongOption } from "../options/validate.ts";
import type { CacheBackend, CacheBackendFactory, CacheBackendHost } from "../cache/backend/cache_backend.ts";
import { openDiskCache } from "../cache/disk/disk_cache.ts";
import { openKvCache } from "../cache/kv/kv_cache.ts";
import { openSqliteCache } from "../cache/sqlite/sqlite_cache.ts";

const factories = new Map<string, CacheBackendFactory>([
  ["disk", openDiskCache],
  ["sqlite", openSqliteCache],
  ["kv", openKvCache],
]);

/** The names that are the library's, whether what they stand for was imported or not. */
const BUILT_IN: readonly string[] = ["memory", "disk", "sqlite", "redis", "kv"];

const newName: OptionRule = {
  desired: `a non-empty string, and none of ${BUILT_IN.map((name) => `"${name}"`).join(", ")}, which are built in`,
  accepts: (value) => typeof value === "string" && value !== "" && !BUILT_IN.includes(value),
};

/**
 * Makes a backend known by a name, for the option `cacheBackend`. A name given twice is the later one's.
 *
 * @param name The name; none of those that are built in.
 * @param factory Opens the backend, given `cacheBackendConfig`.
 * @throws {ConfigurationError} If the name is built in, or `factory` is no function.
 *
 * @example
 * ```ts
 * import { type CacheEntry, opero, registerCacheBackend } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * registerCacheBackend("map", () => {
 *   const entries = new Map<string, CacheEntry>();
 *   return {
 *     get: (key) => entries.get(key),
 *     set: (key, entry) => void entries.set(key, entry),
 *     delete: (key) => entries.delete(key),
 *     clear: (prefix) => {
 *       for (const key of entries.keys()) if (key.startsWith(prefix)) entries.delete(key);
 *     },
 *   };
 * });
 *
 * const double = opero((n: number) => 2 * n, { cache: true, cacheBackend: "map" });
 * await double(21);
 * assertEquals((await double.withMeta(21)).meta.cache, "hit");
 * ```
 */
export function registerCacheBackend(name: string, factory: CacheBackendFactory): void {
  const task = "register a cache backend";
  if (!newName.accepts(name)) throw wrongOption(task, "name", newName, name);
  if (!anyFunction.accepts(factory)) throw wrongOption(task, "factory", anyFunction, factory);
  factories.set(name, factory);
}

/**
 * Makes a built-in backend known that is an import of its own.
 *
 * @param name The name of the built-in backend.
 * @param factory Opens the backend, given `cacheBackendConfig`.
 */
export function provideCacheBackend(name: "redis", factory: CacheBackendFactory): void {
  factories.set(name, factory);
}

/**
 * Opens the backend known as `name`, without waiting for it.
 *
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @param name The name of a built-in or registered backend.
 * @param config The option `cacheBackendConfig`.
 * @param host The clock and the log of the instance.
 * @returns The backend.
 * @throws {ConfigurationError} If there is none of that name, its configuration is wrong, or the platform lacks what it needs.
 */
export function openCache(
  task: string,
  name: string,
  config: Readonly<Record<string, unknown>>,
  host: CacheBackendHost,
): CacheBackend {
  const factory = factories.get(name);
  if (factory !== undefined) return factory(config, host);
  const names = ["memory", ...factories.keys()].map((known) => JSON.stringify(known)).join(", ");
  const remedy = name === "redis" ? ` ("redis" after import "@opero/core/redis")` : "";
  throw wrongOption(task, "cacheBackend", { desired: `one of ${names}${remedy} or a backend` }, name);
}
