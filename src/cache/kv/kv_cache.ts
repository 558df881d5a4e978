import { nonEmptyString, type OptionRules, plainObject, validateOptions, wrongOption } from "../../options/validate.ts";
import type { KvDatabase } from "../../runtime/kv.ts";
import { LazyModule } from "../../runtime/lazy_module.ts";
import { requireKv } from "../../runtime/require_kv.ts";
import { attachable } from "../backend/attached_host.ts";
import type { CacheBackend, CacheBackendHost } from "../backend/cache_backend.ts";
import { LateBackend } from "../backend/late_backend.ts";
import { DEFAULT_MAX_ENTRY_BYTES, maxEntryBytesRule } from "../backend/max_entry_bytes.ts";

/** What {@link kvCache} and the backend `"kv"` take: where the database is, or an open one. */
export interface KvCacheConfig {
  /** The file of the database; `":memory:"` for none. By default it is the script's own, on Deno Deploy the project's. */
  readonly path?: string | undefined;
  /** An open database, of `Deno.openKv`. It is left open. */
  readonly kv?: KvDatabase | undefined;
  /**
   * How many bytes one entry takes at most: a larger one is neither written nor read.
   * @default 67_108_864
   */
  readonly maxEntryBytes?: number | undefined;
}

const TASK = "open the kv cache";

const store = /* @__PURE__ */ new LazyModule(() => import("./open_kv_store.ts"));

const RULES: OptionRules = {
  path: nonEmptyString,
  kv: {
    desired: "an open Deno.Kv",
    accepts: (value) => plainObject.accepts(value) && typeof (value as Partial<KvDatabase>).atomic === "function",
    isPrivate: true,
  },
  maxEntryBytes: maxEntryBytesRule,
};

/**
 * A cache in a Deno KV, for `cacheBackend`. The database is opened when it is first used. Values may be of any size, keys
 * of any length. A file that is deleted or replaced is noticed within a second, and opened anew. It needs
 * `--unstable-kv`, and with a `path` the permission to read and write it.
 *
 * @param config Where the database is.
 * @returns The backend.
 * @throws {ConfigurationError} If an option is wrong, or the runtime has no `Deno.openKv` and no `kv` is passed in.
 *
 * @example
 * ```ts
 * import { kvCache } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const cache = kvCache({ path: ":memory:" });
 * await cache.set("key", { value: 1, createdAt: 0, expiresAt: Infinity, staleUntil: Infinity });
 * assertEquals((await cache.get("key"))?.value, 1);
 * await cache.close?.();
 * ```
 */
export function kvCache(config: KvCacheConfig = {}): CacheBackend {
  return attachable((host) => openKvCache(config, host));
}

/**
 * {@link kvCache} for an instance, by whose clock entries expire.
 *
 * @param config Where the database is.
 * @param cacheBackendHost The clock of the instance, by which entries expire.
 * @returns The backend.
 * @throws {ConfigurationError} If an option is unknown or wrong, or the runtime has no Deno KV.
 */
export function openKvCache(config: KvCacheConfig, { clock }: Pick<CacheBackendHost, "clock">): CacheBackend {
  validateOptions(TASK, config, RULES);
  const { path, kv, maxEntryBytes = DEFAULT_MAX_ENTRY_BYTES } = config;
  if (kv !== undefined && path !== undefined) {
    throw wrongOption(TASK, "path", { desired: "left out where 'kv' is given" }, path);
  }
  if (kv === undefined) requireKv();
  return new KvCache(store, ({ openKvStore }) => openKvStore({ path, kv, maxEntryBytes }, clock));
}

/** So that it is called by its name where it is in trouble. */
class KvCache extends LateBackend<typeof import("./open_kv_store.ts")> {}
