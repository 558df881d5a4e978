import { type OptionRules, positiveInteger, validateOptions } from "../../options/validate.ts";
import type { Clock } from "../../time/clock.ts";
import { attachable } from "../backend/attached_host.ts";
import type { CacheBackend, CacheEntry } from "../backend/cache_backend.ts";
import { ExpirySweeper } from "./expiry_sweeper.ts";
import { MemoryStore } from "./memory_store.ts";
import { NOT_KEPT } from "../backend/not_kept.ts";

/** What {@link memoryCache} takes. */
export interface MemoryCacheConfig {
  /**
   * How many entries are kept at most.
   * @default 10_000
   */
  readonly maxEntries?: number | undefined;
  /** How many bytes the keys and values take at most, roughly; unbounded by default. */
  readonly maxBytes?: number | undefined;
}

const RULES: OptionRules = { maxEntries: positiveInteger, maxBytes: positiveInteger };

/**
 * A cache in the memory of the process, as the first of two that are {@link tiered}; by itself `cacheBackend: "memory"`
 * does the same for less. Values are kept as they are, not copied.
 *
 * @param config How much it may hold.
 * @returns The backend.
 * @throws {ConfigurationError} If an option is wrong.
 *
 * @example
 * ```ts
 * import { memoryCache } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const cache = memoryCache({ maxEntries: 2 });
 * for (const key of ["a", "b", "c"]) {
 *   cache.set(key, { value: key, createdAt: 0, expiresAt: Infinity, staleUntil: Infinity });
 * }
 * assertEquals(cache.get("a"), undefined);
 * ```
 */
export function memoryCache(config: MemoryCacheConfig = {}): CacheBackend {
  validateOptions("open the memory cache", config, RULES);
  return attachable(({ clock }) => new MemoryCache(config, clock));
}

class MemoryCache implements CacheBackend {
  readonly #store: MemoryStore;

  constructor({ maxEntries, maxBytes }: MemoryCacheConfig, clock: Clock) {
    const sweeper = new ExpirySweeper(clock);
    const nowMs = () => clock.wallNow();
    this.#store = new MemoryStore({ maxEntries, maxBytes }, (store) => sweeper.watch(store, nowMs));
  }

  /** How the store holds it is hidden. */
  get(key: string): CacheEntry | undefined {
    const found = this.#store.get(key);
    if (found === undefined) return undefined;
    const { value, createdAt, expiresAt, staleUntil } = found;
    return { value, createdAt, expiresAt, staleUntil };
  }

  set(key: string, entry: CacheEntry): void {
    if (!this.#store.set(key, entry)) return NOT_KEPT;
  }

  delete(key: string): boolean {
    return this.#store.delete(key);
  }

  clear(prefix: string): void {
    for (const key of this.#store.keys()) if ((key as string).startsWith(prefix)) this.#store.delete(key);
  }
}
