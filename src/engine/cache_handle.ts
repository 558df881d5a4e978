import type { CachedResults } from "../cache/results/cached_results.ts";
import { CacheError } from "../errors/cache_error.ts";
import { quoted } from "../errors/printable.ts";
import type { CacheHandle } from "./wrapped.ts";

const NO_STATS = Object.freeze({ hits: 0, misses: 0, stale: 0, coalesced: 0, writes: 0, errors: 0 });

/**
 * The handle for what the cache of a function keeps of calls on `self`, or on the object that a method of it is called on
 * by `call()` or `apply()`, as a call of the function is.
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
  const selfOf = (found: unknown) => found === handle || found === undefined ? self : found;
  const handle = Object.freeze({
    get(...args: unknown[]) {
      return Promise.resolve(cache?.get(selfOf(this), args));
    },
    has(...args: unknown[]) {
      return Promise.resolve(cache?.has(selfOf(this), args) ?? false);
    },
    set(value: unknown, ...args: unknown[]) {
      return cache?.set(selfOf(this), args, value) ?? Promise.reject(isOff(functionName));
    },
    delete(...args: unknown[]) {
      return Promise.resolve(cache?.delete(selfOf(this), args) ?? false);
    },
    clear: () => Promise.resolve(cache?.clear()),
    stats: () => cache?.stats() ?? { ...NO_STATS },
    of: (instance: object) => cacheHandle(cache, functionName, instance),
  });
  return handle;
}

/** Where there is no cache, there is nothing to get or to delete; but what was to be kept would be lost silently. */
function isOff(functionName: string): CacheError {
  return new CacheError(
    `Cannot set a value in the cache of ${quoted(functionName)} as it has none: wrap it with cache: true`,
  );
}
