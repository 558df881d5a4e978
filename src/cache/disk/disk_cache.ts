import { nonEmptyString, type OptionRules, positiveInteger, validateOptions } from "../../options/validate.ts";
import { LazyModule } from "../../runtime/lazy_module.ts";
import { requireFiles } from "../../runtime/require_files.ts";
import { attachable } from "../backend/attached_host.ts";
import type { CacheBackend, CacheBackendHost } from "../backend/cache_backend.ts";
import { LateBackend } from "../backend/late_backend.ts";
import { DEFAULT_MAX_ENTRY_BYTES, maxEntryBytesRule } from "../backend/max_entry_bytes.ts";

/** What {@link diskCache} and the backend `"disk"` take. */
export interface DiskCacheConfig {
  /**
   * The directory, relative to the current one; it is made when it is first used. Where it is named here it may be a
   * link; the default one and the folders in it may not, and nothing is read, written or removed through one.
   * @default ".opero_cache"
   */
  readonly cacheDir?: string | undefined;
  /** How many bytes the entries take, give or take a tenth; the oldest go first. By default there is no limit. */
  readonly maxBytes?: number | undefined;
  /**
   * How many bytes one entry takes at most: a larger one is neither written nor read.
   * @default 67_108_864
   */
  readonly maxEntryBytes?: number | undefined;
}

const TASK = "open the disk cache";

const store = /* @__PURE__ */ new LazyModule(() => import("./open_disk_store.ts"));

const RULES: OptionRules = {
  cacheDir: { ...nonEmptyString, isPrivate: true },
  maxBytes: { ...positiveInteger, isPrivate: true },
  maxEntryBytes: maxEntryBytesRule,
};

/**
 * A cache of files, for `cacheBackend`: one file an entry, which is written under another name first, so that it is whole or
 * absent whenever the process ends. Any number of processes may use the directory at once. It and the
 * files are made readable for their user alone. The disk is not waited for, so a loss of power may take the
 * latest entries. It needs the permission to read and write the directory.
 *
 * @param config Where the files are, and how much they may take.
 * @returns The backend.
 * @throws {ConfigurationError} If an option is wrong, or the runtime has no files.
 *
 * @example
 * ```ts
 * import { diskCache } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const cacheDir = Deno.makeTempDirSync();
 * const cache = diskCache({ cacheDir });
 * await cache.set("key", { value: new Map([[1, 2]]), createdAt: 0, expiresAt: Infinity, staleUntil: Infinity });
 * assertEquals((await cache.get("key"))?.value, new Map([[1, 2]]));
 * await cache.close?.();
 * Deno.removeSync(cacheDir, { recursive: true });
 * ```
 */
export function diskCache(config: DiskCacheConfig = {}): CacheBackend {
  return attachable((host) => openDiskCache(config, host));
}

/**
 * {@link diskCache} for an instance, by whose clock entries expire.
 *
 * @param config Where the files are, and how much space they may take.
 * @param host What the instance provides for the layers.
 * @returns The backend.
 * @throws {ConfigurationError} If an option is unknown or wrong, or the runtime has no files.
 */
export function openDiskCache(config: DiskCacheConfig, host: Host): CacheBackend {
  validateOptions(TASK, config, RULES);
  const { cacheDir, maxBytes = Infinity, maxEntryBytes = DEFAULT_MAX_ENTRY_BYTES } = config;
  requireFiles(TASK);
  const isNamed = cacheDir !== undefined;
  const options = { path: cacheDir ?? ".opero_cache", isNamed, maxBytes, maxEntryBytes, task: TASK };
  return new DiskCache(store, ({ openDiskStore }) => openDiskStore(options, host));
}

type Host = Pick<CacheBackendHost, "clock" | "warnOnce">;

/** So that it is called by its name where it is in trouble. */
class DiskCache extends LateBackend<typeof import("./open_disk_store.ts")> {}
