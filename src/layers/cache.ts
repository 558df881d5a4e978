import type { CacheBackend } from "../cache/backend/cache_backend.ts";
import { CacheService } from "../cache/results/cache_service.ts";
import type { CachedResults } from "../cache/results/cached_results.ts";
import type { FlightOptions } from "../cache/results/flight_waits.ts";
import type { Duration } from "../time/duration.ts";
import { needing, needsBackend, needsBackendName, needsCache, needsTtl, withNeed } from "../options/option_needs.ts";
import {
  anyDuration,
  anyFunction,
  booleanFlag,
  either,
  nonEmptyString,
  numberThat,
  oneOf,
  plainObject,
  positiveDuration,
  positiveFiniteDuration,
} from "../options/validate.ts";
import type { Layer } from "../call/layer.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import { type CacheLockConfig, lockRule, showLock } from "../policy/lock_fields.ts";
import { definePolicy, type Filled, type Policy } from "../policy/policy.ts";
import { showBackend, showConfig } from "../policy/shown_backend.ts";

/**
 * Is given a result, and exactly the call's arguments; written as a method, so that options for a wider type of values
 * fit, too.
 */
export type ResultFunction<Args extends readonly unknown[], Value, Answer> = {
  ask(value: Awaited<Value>, ...args: Args): Answer;
}["ask"];

/** Which results are kept, where and for how long. */
// deno-lint-ignore no-explicit-any -- options that stand on their own have to fit every function
export interface CacheOptions<Args extends readonly unknown[] = any[], Value = any> {
  /**
   * Whether successful results are kept.
   * @default false
   */
  readonly cache?: boolean | undefined;
  /**
   * How long a result is fresh, or a function of the result and the call's arguments that says so; one that answers 0 or
   * `undefined` leaves this result out. By default none expires.
   */
  readonly cacheTtl?: Duration | ResultFunction<Args, Value, Duration | undefined> | undefined;
  /** Whether this result is kept. By default all are. */
  readonly cacheIf?: ResultFunction<Args, Value, boolean> | undefined;
  /**
   * How long the error that came out of the retries is kept (negative caching): calls in this time reject with the same
   * error at once. Aborts, refusals, deadlines and wrong options are not kept; a kept value goes before a kept error.
   * Errors are kept in this process alone, wherever results are. By default none is.
   */
  readonly cacheErrors?: Duration | undefined;
  /**
   * Makes a value anew before it expires, behind a hit that is chosen by chance (XFetch): the more likely, the longer the
   * value took to compute and the sooner it expires. 1 is the optimum where it takes about as long each time; over 1
   * refreshes earlier. By default none is.
   */
  readonly cacheRefreshAhead?: number | undefined;
  /** What a result is tagged with; `invalidateTags()` removes all results that bear a tag. By default with nothing. */
  readonly cacheTags?: ResultFunction<Args, Value, readonly string[]> | undefined;
  /**
   * Where results are kept: a backend by name, or one of your own.
   * @default "memory"
   */
  readonly cacheBackend?:
    | "memory"
    | "disk"
    | "sqlite"
    | "redis"
    | "kv"
    | (string & Record<never, never>)
    | CacheBackend
    | undefined;
  /** What the named backend is opened with, such as `maxEntries`, `cacheDir`, `path` or `url`. */
  readonly cacheBackendConfig?: Readonly<Record<string, unknown>> | undefined;
  /** Makes the key of exactly the call's arguments. By default all arguments count, by value. */
  readonly cacheKey?: ((...args: Args) => string) | undefined;
  /**
   * The first part of every key, which `clearCache(namespace)` empties.
   * @default "opero"
   */
  readonly cacheNamespace?: string | undefined;
  /** The identity of the function in the cache; two functions with one `cacheId` share their results. */
  readonly cacheId?: string | undefined;
  /**
   * The version of what is kept, a part of the key in persistent stores: another version never reads this one's entries.
   * Change it when results of the same function and arguments mean something else, such as after a change deeper down.
   */
  readonly cacheVersion?: string | number | undefined;
  /** Past `cacheTtl`, for this long, the old value is returned at once and one refresh runs behind it. */
  readonly cacheStale?: Duration | undefined;
  /** Past `cacheTtl`, for this long, the old value is served when every attempt failed. */
  readonly cacheStaleIfError?: Duration | undefined;
  /**
   * Whether processes that share a backend share runs, too: for each key one of them runs at a time, and the others wait for
   * what it keeps. For the backends `"redis"` and `"sqlite"`, `tiered()` of one of them, and others that have locks. It saves
   * work; it is no mutual exclusion. By default each runs by itself.
   */
  readonly cacheLock?: boolean | CacheLockConfig | undefined;
  /**
   * Is given the promise of what continues behind an answer, the refresh of a stale value and a slow write say, so that the
   * platform does not end it with the request: `(promise) => ctx.waitUntil(promise)`. Where timers and promises end with
   * their request, as in Cloudflare's workers, nothing is refreshed behind an answer without it: a stale value is made anew
   * first, and served where that fails.
   */
  readonly waitUntil?: ((promise: Promise<unknown>) => void) | undefined;
  /**
   * How long a call waits for a backend at most; then it continues without.
   * @default 0.25
   */
  readonly cacheTimeout?: Duration | undefined;
  /**
   * How long the first call waits for a backend at most that has to be opened: its package loaded, its server
   * connected to. All others keep to `cacheTimeout`.
   * @default 5
   */
  readonly connectTimeout?: Duration | undefined;
}

type Defaulted = "cache" | "cacheBackend" | "cacheNamespace" | "cacheTimeout" | "connectTimeout";

/** The same with the defaults. */
export type FilledCacheOptions = Filled<CacheOptions, Defaulted>;

/** What the flights of the cache have to know of a run. */
interface Others {
  readonly context: "sync" | "async";
  readonly deadline?: Duration | undefined;
}

const RULES = needing("cache", needsCache, {
  cache: booleanFlag,
  cacheTtl: either(positiveDuration, anyFunction),
  cacheIf: anyFunction,
  cacheErrors: positiveFiniteDuration,
  cacheRefreshAhead: withNeed(numberThat("a positive number", (beta) => beta > 0 && beta < Infinity), needsTtl),
  cacheTags: anyFunction,
  cacheBackend: {
    desired: "the name of a backend or an object with 'get', 'set', 'delete' and 'clear'",
    accepts: (value) => (typeof value === "string" && value !== "") || isBackend(value),
  },
  cacheBackendConfig: withNeed(plainObject, needsBackendName),
  cacheKey: anyFunction,
  cacheNamespace: nonEmptyString,
  cacheId: nonEmptyString,
  cacheVersion: {
    desired: "a non-empty string or a number",
    accepts: (value) => (typeof value === "string" && value !== "") || Number.isFinite(value),
  },
  cacheLock: lockRule,
  cacheStale: withNeed(anyDuration, needsTtl),
  cacheStaleIfError: withNeed(anyDuration, needsTtl),
  waitUntil: anyFunction,
  cacheTimeout: withNeed(positiveDuration, needsBackend),
  connectTimeout: withNeed(positiveDuration, needsBackend),
});

/** Results that are kept, and runs that are shared. */
export const cachePolicy: Policy = definePolicy<CacheOptions, Defaulted, Others>({
  name: "cache",
  rules: RULES,
  defaults: {
    cache: false,
    cacheBackend: "memory",
    cacheNamespace: "opero",
    cacheTimeout: 0.25,
    connectTimeout: 5,
  },
  callRules: { cache: oneOf(["refresh", "bypass"]) },
  show: { cacheBackend: showBackend, cacheBackendConfig: showConfig, cacheLock: showLock },
  resolve: ({ context, deadline }, host) => {
    const { cache } = host;
    if (cache === undefined) return undefined;
    const flights = { isTracked: context === "async", isBounded: deadline !== undefined };
    return {
      plain: cacheLayer(cache, host, flights),
      limited: (mode) => mode === "bypass" ? undefined : cacheLayer(cache, host, flights, mode),
    };
  },
});

function isBackend(value: unknown): value is CacheBackend {
  // A `Map` has the methods, but would empty itself where one namespace is to be cleared.
  if (typeof value !== "object" || value === null || value instanceof Map) return false;
  const backend: Record<string, unknown> = Object(value);
  return ["get", "set", "delete", "clear"].every((method) => typeof backend[method] === "function");
}

/**
 * Serves calls from the cache of their function, and keeps their results.
 *
 * - A fresh value: it is returned at once; no attempt, no token, no wait.
 * - Past its time, within `cacheStale`: the old value at once, and one refresh behind it; after one that failed the
 *   next comes after a backoff. Where nothing can run behind an answer, the call runs, and has the old value for a failure.
 * - None: the call runs; identical calls in the meantime wait for the same run.
 * - Success: the value is kept, unless `cacheIf` or `cacheTtl` says otherwise. What a function of the user's throws that
 *   is asked about it ends the call.
 * - Failure: no value is kept; the error is, for `cacheErrors`. Within `cacheStaleIfError` the old value takes the place
 *   of an `AllFailedError`, or of the error of an open circuit or an overload, and of a run until its backoff is over.
 * - Abort: drops the one caller; the run is aborted once all have left.
 * - A result that can be read only once is not kept; each caller gets one of his own.
 * - With `cacheLock` a call that would run waits while another process does, and has what that keeps; after an error there, or
 *   a wait in vain, it runs.
 *
 * With `mode` "refresh" every call runs, whatever is kept, and its result is kept. It is the outermost layer but
 * for the fallback value and the signal.
 *
 * @param results The results that the cache keeps for the function.
 * @param host What the instance provides for the layers.
 * @param options How a shared call is limited.
 * @param mode `"refresh"` to run the function and replace what the cache has.
 * @returns The layer.
 */
export function cacheLayer(results: CachedResults, host: LayerHost, options: FlightOptions, mode?: "refresh"): Layer {
  return (next) => {
    const service = new CacheService(results, next, host, options, mode === undefined ? results.lock : undefined);
    if (mode === "refresh") return service.refreshing();
    return results.store.isInMemory && results.ahead === undefined ? service.inMemory() : service.beyondMemory();
  };
}
