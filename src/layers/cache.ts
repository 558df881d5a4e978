import type { CacheBackend, MaybePromise } from "../cache/cache_backend.ts";
import { Flight, runnerFor } from "../cache/flight.ts";
import type { StoredValue } from "../cache/memory_store.ts";
import { type ResultStore, UNREADABLE } from "../cache/result_store.ts";
import type { Duration } from "../duration.ts";
import { AllFailedError, errorLabel, SerializationError } from "../errors.ts";
import {
  anyDuration,
  anyFunction,
  booleanFlag,
  nonEmptyString,
  type OptionRules,
  plainObject,
  positiveDuration,
} from "../internal/validate.ts";
import type { CacheStatus, Call, Handler, Layer } from "../layer.ts";
import type { LayerHost } from "../layer_host.ts";

/** Which results are kept, where and for how long. */
export interface CacheOptions<Args extends readonly unknown[] = readonly never[]> {
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
  cacheStale: anyDuration,
  cacheStaleIfError: anyDuration,
  cacheTimeout: positiveDuration,
};

/** How long results live, in milliseconds. */
export interface Freshness {
  readonly ttlMs: number;
  readonly staleMs: number;
  readonly staleIfErrorMs: number;
}

/** What the cache of a function has done. */
export interface CacheStats {
  /** Calls served with a fresh value. */
  readonly hits: number;
  /** Calls that found none and ran. */
  readonly misses: number;
  /** Calls served with a value past its time. */
  readonly stale: number;
  /** Calls that joined one in flight. */
  readonly coalesced: number;
  /** Values kept. */
  readonly writes: number;
  /** Operations of the backend that failed, and values that could not be kept. */
  readonly errors: number;
}

type MutableStats = { -readonly [Name in keyof CacheStats]: number };

/**
 * The cache of one function, as a layer and as the `.cache` handle.
 *
 * - A fresh value: it is returned at once; no attempt, no token, no wait.
 * - Past its time, within `cacheStale`: the old value at once, and one refresh behind it.
 * - None: the call runs; identical calls in the meantime wait for the same run.
 * - Success: the value is kept. Failure: nothing is kept; within `cacheStaleIfError` the old value
 *   takes the place of an `AllFailedError`.
 * - Abort: drops the one caller; the run is called off once all have left.
 *
 * It is the outermost layer but for the fallback value and the signal.
 */
export class CachedResults {
  readonly #store: ResultStore;
  readonly #freshness: Freshness;
  readonly #host: LayerHost;
  readonly #flights = new Map<unknown, Flight>();
  readonly #stats: MutableStats = { hits: 0, misses: 0, stale: 0, coalesced: 0, writes: 0, errors: 0 };
  #hasWarned = false;

  /** The cache of one function over `store`. */
  constructor(store: ResultStore, freshness: Freshness, host: LayerHost) {
    this.#store = store;
    this.#freshness = freshness;
    this.#host = host;
  }

  /** The layer. */
  layer(): Layer {
    return (next) => this.#store.isInMemory ? this.#memoryHandler(next) : this.#backendHandler(next);
  }

  /** The fresh value for a call with `args`, or `undefined`. */
  async get(self: unknown, args: readonly unknown[]): Promise<unknown> {
    const stored = await this.#store.read(this.#store.keyOf(self, args));
    return stored !== undefined && this.#isFresh(stored) ? stored.value : undefined;
  }

  /** Whether there is a fresh value for a call with `args`. */
  async has(self: unknown, args: readonly unknown[]): Promise<boolean> {
    const stored = await this.#store.read(this.#store.keyOf(self, args));
    return stored !== undefined && this.#isFresh(stored);
  }

  /** Removes the value for a call with `args`; what runs now is not kept either. */
  async delete(self: unknown, args: readonly unknown[]): Promise<boolean> {
    const key = this.#store.keyOf(self, args);
    this.forgetFlights((flight) => flight.key === key);
    return await this.#store.delete(key);
  }

  /** Removes all values of the function; what runs now is not kept either. */
  async clear(): Promise<void> {
    this.forgetFlights();
    await this.#store.clear();
  }

  /** Does its part where its namespace is cleared; a backend is cleared once for all that it serves. */
  clearFromNamespace(): void {
    this.forgetFlights();
    if (this.#store.isInMemory) this.#store.clear();
  }

  /** What the cache has done so far. */
  stats(): CacheStats {
    return { ...this.#stats };
  }

  /** Lets the runs that match (by default all) end without being kept or joined. */
  forgetFlights(matches: (flight: Flight) => boolean = () => true): void {
    for (const [flightKey, flight] of this.#flights) {
      if (!matches(flight)) continue;
      flight.mayStore = false;
      this.#flights.delete(flightKey);
    }
  }

  /** Counts and tells that the store failed or refused a value. */
  noteTrouble(operation: "get" | "set" | "delete" | "clear", error: unknown): void {
    this.#stats.errors++;
    const { telemetry, functionName } = this.#host;
    if (error instanceof SerializationError && !this.#hasWarned) {
      this.#hasWarned = true;
      telemetry.log("warning", "a result cannot be cached", { functionName, reason: error.message });
    }
    telemetry.events.emit("cacheError", { functionName, operation, error });
  }

  /** In memory a look costs less than a flight, so it comes first. */
  #memoryHandler(next: Handler): Handler {
    return (call) => {
      let key: unknown;
      try {
        key = this.#store.keyOf(call.self, call.args);
      } catch (error) {
        return Promise.reject(error);
      }
      const stored = this.#store.read(key) as (StoredValue & { promise: Promise<unknown> | undefined }) | undefined;
      if (stored === undefined || !this.#isFresh(stored)) return this.#serveWithout(next, call, key, stored);
      this.#stats.hits++;
      this.#note(call, "hit", "cacheHit");
      return stored.promise ??= Promise.resolve(stored.value);
    };
  }

  /** Elsewhere a look is dear, so callers that come together share one. */
  #backendHandler(next: Handler): Handler {
    return (call) => {
      try {
        const key = this.#store.keyOf(call.self, call.args);
        const found = this.#flights.has(flightKeyOf(call, key)) ? undefined : this.#store.read(key);
        if (!(found instanceof Promise)) return this.#serve(next, call, key, found);
        const flight = this.#depart(call, key);
        return this.#board(flight, call, found.then((stored) => this.#serveInFlight(next, call, flight, stored)));
      } catch (error) {
        return Promise.reject(error);
      }
    };
  }

  #serve(next: Handler, call: Call, key: unknown, stored: StoredValue | undefined): Promise<unknown> {
    if (stored === undefined || !this.#isFresh(stored)) return this.#serveWithout(next, call, key, stored);
    this.#stats.hits++;
    this.#note(call, "hit", "cacheHit");
    return Promise.resolve(stored.value);
  }

  /** There is no fresh value, at most an expired one. */
  #serveWithout(next: Handler, call: Call, key: unknown, expired: StoredValue | undefined): Promise<unknown> {
    if (expired !== undefined && this.#isWithin(expired, this.#freshness.staleMs)) {
      this.#stats.stale++;
      this.#note(call, "stale", "cacheStale");
      this.#refresh(next, call, key);
      return Promise.resolve(expired.value);
    }
    const flying = this.#flights.get(flightKeyOf(call, key));
    if (flying !== undefined) {
      this.#stats.coalesced++;
      this.#note(call, "coalesced", "cacheCoalesced");
      return flying.join(call);
    }
    this.#stats.misses++;
    this.#note(call, "miss", "cacheMiss");
    const flight = this.#depart(call, key);
    return this.#board(flight, call, this.#fly(next, call, flight, expired));
  }

  /** The look that `flight` began with has come to `stored`. */
  #serveInFlight(
    next: Handler,
    call: Call,
    flight: Flight,
    stored: StoredValue | undefined,
  ): Promise<unknown> | unknown {
    const isFresh = stored !== undefined && this.#isFresh(stored);
    if (!isFresh && (stored === undefined || !this.#isWithin(stored, this.#freshness.staleMs))) {
      this.#stats.misses++;
      this.#note(call, "miss", "cacheMiss");
      return this.#fly(next, call, flight, stored);
    }
    this.#land(flight);
    if (isFresh) {
      this.#stats.hits++;
      this.#note(call, "hit", "cacheHit");
    } else {
      this.#stats.stale++;
      this.#note(call, "stale", "cacheStale");
      this.#refresh(next, call, flight.key);
    }
    return stored.value;
  }

  /** Runs behind a stale value that was served; nobody waits for it. */
  #refresh(next: Handler, call: Call, key: unknown): void {
    if (this.#flights.has(flightKeyOf(call, key))) return;
    const flight = this.#depart(runnerFor(call), key);
    flight.promise = this.#fly(next, flight.call, flight, undefined);
    flight.promise.catch((error) => {
      const { telemetry, functionName } = this.#host;
      if (telemetry.isOn) telemetry.log("warning", "a refresh failed", { functionName, error: errorLabel(error) });
    });
  }

  #depart(leader: Call, key: unknown): Flight {
    const flight: Flight = new Flight(leader, key, () => this.#land(flight));
    this.#flights.set(flightKeyOf(leader, key), flight);
    return flight;
  }

  #board(flight: Flight, call: Call, promise: Promise<unknown>): Promise<unknown> {
    flight.promise = promise;
    return flight.join(call);
  }

  #fly(next: Handler, leader: Call, flight: Flight, expired: StoredValue | undefined): Promise<unknown> {
    if (expired === UNREADABLE) flight.mayStore = false;
    return next(flight.call).then(
      (value) => this.#keep(flight, value),
      (error) => {
        this.#land(flight);
        const isServable = expired !== undefined && this.#isWithin(expired, this.#freshness.staleIfErrorMs);
        if (!isServable || !(error instanceof AllFailedError)) throw error;
        this.#stats.stale++;
        this.#note(leader, "stale", "cacheStale");
        return expired.value;
      },
    );
  }

  #keep(flight: Flight, value: unknown): unknown {
    if (!flight.mayStore) {
      this.#land(flight);
      return value;
    }
    const createdAtMs = this.#store.nowMs();
    const expiresAtMs = createdAtMs + this.#freshness.ttlMs;
    const graceMs = Math.max(this.#freshness.staleMs, this.#freshness.staleIfErrorMs);
    const stored = { value, createdAtMs, expiresAtMs, staleUntilMs: expiresAtMs + graceMs };
    const written = this.#write(flight.key, stored);
    const arrive = (wasKept: boolean) => {
      if (wasKept) this.#stats.writes++;
      this.#land(flight);
      return value;
    };
    return written instanceof Promise ? written.then(arrive) : arrive(written);
  }

  /** To size a value up is to read it, and what is read may throw. */
  #write(key: unknown, stored: StoredValue): MaybePromise<boolean> {
    try {
      return this.#store.write(key, stored);
    } catch (error) {
      this.noteTrouble("set", error);
      return false;
    }
  }

  #land(flight: Flight): void {
    const flightKey = flightKeyOf(flight.call, flight.key);
    if (this.#flights.get(flightKey) === flight) this.#flights.delete(flightKey);
  }

  #isFresh(stored: StoredValue): boolean {
    return stored.expiresAtMs === Infinity || this.#store.nowMs() < stored.expiresAtMs;
  }

  #isWithin(expired: StoredValue, graceMs: number): boolean {
    return graceMs > 0 && this.#store.nowMs() < expired.expiresAtMs + graceMs;
  }

  /** Tells what the cache did. Who calls it counts, as a counter found by name would cost a hit a third more. */
  #note(call: Call, status: CacheStatus, event: "cacheHit" | "cacheMiss" | "cacheStale" | "cacheCoalesced"): void {
    if (call.state !== undefined) call.state.cache = status;
    if (this.#host.telemetry.isOn) this.#host.telemetry.tell(event, this.#host.functionName, call, {});
  }
}

/** Begins what is made of a key and limits; a text that begins so itself is given another. */
const LIMITED = "\u0001";

/** Calls with limits of their own share a run only with calls of the same limits. */
function flightKeyOf(call: Call, key: unknown): unknown {
  const limits = call.state?.limits;
  if (limits !== undefined) return `${LIMITED}${limits.timeoutMs}/${limits.deadlineMs}/${typeof key}/${key}`;
  return typeof key === "string" && key.startsWith(LIMITED) ? LIMITED + key : key;
}

function isBackend(value: unknown): value is CacheBackend {
  if (typeof value !== "object" || value === null) return false;
  const backend = value as Record<string, unknown>;
  return ["get", "set", "delete", "clear"].every((method) => typeof backend[method] === "function");
}
