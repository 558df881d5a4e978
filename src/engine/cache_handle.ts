import type { CachedResults } from "../cache/results/cached_results.ts";
import { CacheError } from "../errors/cache_error.ts";
import { quoted } from "../errors/printable.ts";
import type { CacheHandle } from "./wrapped.ts";

const NO_STATS = Object.freeze({ hits: 0, misses: 0, stale: 0, coalesced: 0, writes: 0, errors: 0 });

/**
 * The handle for what the cache of a function keeps of calls on `self`.
 *
 * @param cache The cache of the function, if it has one.
 * @param functionName The name of the function, for messages.
 * @param self The `this` of the calls.
 * @returns The handle.
 */
export function cacheHandle(
  cache: CachedResults | undefined,
  functionName: string,
  self?: unknown,
): CacheHandle<unknown[], unknown> {
  return Object.freeze({
    get: (...args: unknown[]) => Promise.resolve(cache?.get(self, args)),
    has: (...args: unknown[]) => Promise.resolve(cache?.has(self, args) ?? false),
    set: (value: unknown, ...args: unknown[]) => cache?.set(self, args, value) ?? Promise.reject(isOff(functionName)),
    delete: (...args: unknown[]) => Promise.resolve(cache?.delete(self, args) ?? false),
    clear: () => Promise.resolve(cache?.clear()),
    stats: () => cache?.stats() ?? { ...NO_STATS },
    of: (instance: object) => cacheHandle(cache, functionName, instance),
  });
}

/** Where there is no cache, there is nothing to get or to delete; but what was to be kept would be lost silently. */
function isOff(functionName: string): CacheError {
  return new CacheError(
    `Cannot set a value in the cache of ${quoted(functionName)} as it has none: wrap it with cache: true`,
  );
}
