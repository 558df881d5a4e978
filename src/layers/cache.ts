import type { CacheBackend } from "../cache/cache_backend.ts";
import type { CachedResults } from "../cache/cached_results.ts";
import { type Flight, runnerFor } from "../cache/flight.ts";
import type { StoredValue } from "../cache/memory_store.ts";
import { UNREADABLE } from "../cache/result_store.ts";
import type { Duration } from "../duration.ts";
import { AllFailedError } from "../errors.ts";
import { errorLabel } from "../internal/error_label.ts";
import {
  anyDuration,
  anyFunction,
  booleanFlag,
  nonEmptyString,
  type OptionRules,
  plainObject,
  positiveDuration,
} from "../internal/validate.ts";
import type { Call, Handler, Layer } from "../layer.ts";
import type { LayerHost } from "../layer_host.ts";

/** Which results are kept, where and for how long. */
// deno-lint-ignore no-explicit-any -- options that stand on their own have to fit every function
export interface CacheOptions<Args extends readonly unknown[] = any[]> {
  /**
   * Whether successful results are kept.
   * @default false
   */
  readonly cache?: boolean | undefined;
  /** How long a result is fresh. By default for ever. */
  readonly cacheTtl?: Duration | undefined;
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
   * How long a call waits for a backend at most; then it goes on without.
   * @default 0.25
   */
  readonly cacheTimeout?: Duration | undefined;
}

/** How long a call waits for a backend, unless told otherwise. */
export const DEFAULT_CACHE_TIMEOUT_MS = 250;

/** What the options may be. */
export const CACHE_RULES: OptionRules = {
  cache: booleanFlag,
  cacheTtl: positiveDuration,
  cacheBackend: {
    desired: "the name of a backend or an object with 'get', 'set', 'delete' and 'clear'",
    accepts: (value) => (typeof value === "string" && value !== "") || isBackend(value),
  },
  cacheBackendConfig: plainObject,
  cacheKey: anyFunction,
  cacheNamespace: nonEmptyString,
  cacheId: nonEmptyString,
  cacheVersion: {
    desired: "a non-empty string or a number",
    accepts: (value) => (typeof value === "string" && value !== "") || Number.isFinite(value),
  },
  cacheStale: anyDuration,
  cacheStaleIfError: anyDuration,
  cacheTimeout: positiveDuration,
};

function isBackend(value: unknown): value is CacheBackend {
  // A `Map` has the methods, but would empty itself where one namespace is to be cleared.
  if (typeof value !== "object" || value === null || value instanceof Map) return false;
  const backend = value as Record<string, unknown>;
  return ["get", "set", "delete", "clear"].every((method) => typeof backend[method] === "function");
}

/**
 * Serves calls from the cache of their function, and keeps what they come to.
 *
 * - A fresh value: it is returned at once; no attempt, no token, no wait.
 * - Past its time, within `cacheStale`: the old value at once, and one refresh behind it.
 * - None: the call runs; identical calls in the meantime wait for the same run.
 * - Success: the value is kept. Failure: nothing is kept; within `cacheStaleIfError` the old value
 *   takes the place of an `AllFailedError`.
 * - Abort: drops the one caller; the run is called off once all have left.
 *
 * With `mode` "refresh" every call runs, whatever is kept, and what it comes to is kept. It is the outermost layer but for the fallback value and the signal.
 */
export function cacheLayer(results: CachedResults, host: LayerHost, mode?: "refresh"): Layer {
  return (next) => {
    const service = new CacheService(results, next, host);
    if (mode === "refresh") return service.refreshing();
    return results.isInMemory ? service.inMemory() : service.beyondMemory();
  };
}

/** How one pipeline is served from the cache of its function. */
class CacheService {
  readonly #results: CachedResults;
  readonly #next: Handler;
  readonly #host: LayerHost;

  constructor(results: CachedResults, next: Handler, host: LayerHost) {
    this.#results = results;
    this.#next = next;
    this.#host = host;
  }

  /** In memory a look costs less than a flight, so it comes first. */
  inMemory(): Handler {
    const results = this.#results;
    return (call) => {
      let key: unknown;
      try {
        key = results.keyOf(call);
      } catch (error) {
        return Promise.reject(error);
      }
      const stored = results.read(key) as (StoredValue & { promise: Promise<unknown> | undefined }) | undefined;
      if (stored === undefined || !results.isFresh(stored)) return this.#serveWithout(call, key, stored);
      results.note(call, "hit");
      return stored.promise ??= Promise.resolve(stored.value);
    };
  }

  /** Elsewhere a look is dear, so callers that come together share one. */
  beyondMemory(): Handler {
    const results = this.#results;
    return (call) => {
      try {
        const key = results.keyOf(call);
        const found = results.flightOf(call, key) === undefined ? results.read(key) : undefined;
        if (!(found instanceof Promise)) return this.#serve(call, key, found);
        const flight = results.depart(call, key);
        const sinceMs = this.#host.clock.now();
        const serve = (stored: StoredValue | undefined) => {
          flight.lookMs = this.#host.clock.now() - sinceMs;
          return this.#serveInFlight(call, flight, stored);
        };
        return flight.board(call, found.then(serve));
      } catch (error) {
        return Promise.reject(error);
      }
    };
  }

  /** Runs without a look; refreshes that come together share one run, and an older run is not kept after it. */
  refreshing(): Handler {
    const results = this.#results;
    return (call) => {
      try {
        const key = results.keyOf(call);
        const flying = results.flightOf(call, key);
        results.note(call, flying === undefined ? "miss" : "coalesced");
        if (flying !== undefined) return flying.join(call);
        results.supersede(key);
        const flight = results.depart(call, key);
        return flight.board(call, this.#fly(call, flight, undefined));
      } catch (error) {
        return Promise.reject(error);
      }
    };
  }

  #serve(call: Call, key: unknown, stored: StoredValue | undefined): Promise<unknown> {
    if (stored === undefined || !this.#results.isFresh(stored)) return this.#serveWithout(call, key, stored);
    this.#results.note(call, "hit");
    return Promise.resolve(stored.value);
  }

  /** There is no fresh value, at most an expired one. */
  #serveWithout(call: Call, key: unknown, expired: StoredValue | undefined): Promise<unknown> {
    const results = this.#results;
    if (expired !== undefined && results.isServableStale(expired)) {
      results.note(call, "stale");
      this.#refresh(call, key);
      return Promise.resolve(expired.value);
    }
    const flying = results.flightOf(call, key);
    if (flying !== undefined) {
      results.note(call, "coalesced");
      return flying.join(call);
    }
    results.note(call, "miss");
    const flight = results.depart(call, key);
    return flight.board(call, this.#fly(call, flight, expired));
  }

  /** The look that `flight` began with has come to `stored`. */
  #serveInFlight(call: Call, flight: Flight, stored: StoredValue | undefined): unknown {
    const results = this.#results;
    const isFresh = stored !== undefined && results.isFresh(stored);
    if (!isFresh && (stored === undefined || !results.isServableStale(stored))) {
      results.note(call, "miss");
      return this.#fly(call, flight, stored);
    }
    results.land(flight);
    results.note(call, isFresh ? "hit" : "stale");
    if (!isFresh) this.#refresh(call, flight.key);
    return stored.value;
  }

  /** Runs behind a stale value that was served; nobody waits for it. */
  #refresh(call: Call, key: unknown): void {
    if (this.#results.flightOf(call, key) !== undefined) return;
    const flight = this.#results.depart(runnerFor(call), key);
    flight.isWanted = true;
    flight.promise = this.#fly(flight.call, flight, undefined);
    flight.promise.catch((error) => {
      const { telemetry, functionName } = this.#host;
      if (telemetry.isOn) telemetry.log("warning", "a refresh failed", { functionName, error: errorLabel(error) });
    });
  }

  #fly(leader: Call, flight: Flight, expired: StoredValue | undefined): Promise<unknown> {
    if (expired === UNREADABLE) flight.mayStore = false;
    return this.#next(flight.call).then(
      (value) => this.#results.keep(flight, value),
      (error) => {
        this.#results.land(flight);
        const isServable = expired !== undefined && this.#results.isServableOnError(expired);
        if (!isServable || !(error instanceof AllFailedError)) throw error;
        this.#results.note(leader, "stale");
        return expired.value;
      },
    );
  }
}
