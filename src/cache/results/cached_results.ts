import type { Call } from "../../call/call.ts";
import type { LayerHost } from "../../attempt/layer_host.ts";
import { CacheAccount, type CacheStats } from "./cache_account.ts";
import { isPromise, type MaybePromise } from "../../call/maybe_promise.ts";
import { Flight, type FlightOwner } from "./flight.ts";
import { flightContext } from "./flight_context.ts";
import type { Flights } from "./flights.ts";
import { entryFor, type Freshness, isWithin } from "./freshness.ts";
import type { CacheEntry } from "../backend/cache_backend.ts";
import type { RefreshPace } from "./refresh_pace.ts";
import type { ResultStore } from "./result_store.ts";
import { isSingleUse } from "./single_use.ts";

/** What the cached results of a function are made of. */
export interface CachedResultsParts {
  /** Where they are kept. */
  readonly store: ResultStore;
  /** How long they live. */
  readonly freshness: Freshness;
  /** The runs under way of all functions that share them. */
  readonly flights: Flights;
  /** When a source that failed may be asked again behind a stale value. */
  readonly pace: RefreshPace;
  readonly host: LayerHost;
}

/** The cached results of one function: what is kept, what is on its way, and the count of both. */
export class CachedResults implements FlightOwner {
  /** Counts and reports what it does. */
  readonly account: CacheAccount;
  /** Where they are kept. */
  readonly store: ResultStore;
  readonly #freshness: Freshness;
  /** The runs under way of all functions that share them. */
  readonly flights: Flights;
  readonly #pace: RefreshPace;
  readonly #host: LayerHost;

  /** The results of one function. */
  constructor({ store, freshness, flights, pace, host }: CachedResultsParts) {
    this.store = store;
    this.#freshness = freshness;
    this.flights = flights;
    this.#pace = pace;
    this.#host = host;
    this.account = new CacheAccount(host);
  }

  /** The fresh value for a call with `args`, or `undefined`. */
  async get(self: unknown, args: readonly unknown[]): Promise<unknown> {
    const entry = await this.store.read(this.store.keyOf(self, args));
    return entry !== undefined && this.store.isFresh(entry) ? entry.value : undefined;
  }

  /** Whether there is a fresh value for a call with `args`. */
  async has(self: unknown, args: readonly unknown[]): Promise<boolean> {
    const entry = await this.store.read(this.store.keyOf(self, args));
    return entry !== undefined && this.store.isFresh(entry);
  }

  /**
   * Keeps `value` for calls with `args`; what runs now is not kept.
   *
   * @throws {CacheError} If it could not be kept.
   */
  async set(self: unknown, args: readonly unknown[], value: unknown): Promise<void> {
    const key = this.store.keyOf(self, args);
    if (isSingleUse(value)) throw this.account.errorOf("set", "the value can be read only once");
    this.#forget(key);
    let isKept: boolean;
    try {
      isKept = await this.store.put(key, entryFor(value, this.store.nowMs(), this.#freshness));
      this.flights.forgetLookups(key);
    } catch (error) {
      throw this.account.errorOf("set", "its backend failed or refused the value", error);
    }
    if (!isKept) {
      throw this.account.errorOf("set", "the value is larger than its bounds, or its backend did not take it");
    }
    this.account.recordWrite();
  }

  /**
   * Removes the value for a call with `args`; what runs now is not kept either.
   *
   * @throws {CacheError} If it could not be removed.
   */
  async delete(self: unknown, args: readonly unknown[]): Promise<boolean> {
    const key = this.store.keyOf(self, args);
    this.#forget(key);
    try {
      const wasThere = await this.store.delete(key);
      this.flights.forgetLookups(key);
      return wasThere;
    } catch (error) {
      throw this.account.errorOf("delete", "its backend failed", error);
    }
  }

  /**
   * Removes all values of the function; what runs now is not kept either.
   *
   * @throws {CacheError} If they could not be removed.
   */
  async clear(): Promise<void> {
    this.#forgetAll();
    try {
      await this.store.clear();
      this.flights.forgetAllLookups();
    } catch (error) {
      throw this.account.errorOf("clear", "its backend failed", error);
    }
  }

  /** Does its part where its namespace is cleared; a backend is cleared once for all that it serves. */
  clearFromNamespace(): void {
    this.#forgetAll();
    if (this.store.isInMemory) this.store.clear();
  }

  /** Does its part once the backends of its namespace are clear: what was looked up meanwhile may be what they held. */
  recordNamespaceCleared(): void {
    this.flights.forgetAllLookups();
  }

  /** What the cache has done so far. */
  stats(): CacheStats {
    return this.account.stats();
  }

  /** Whether `expired` may be served while a refresh runs behind it. */
  isServableStale(expired: CacheEntry): boolean {
    return isWithin(expired, this.#freshness.staleMs, this.store.nowMs());
  }

  /** Whether `expired` may be served where every attempt failed. */
  isServableOnError(expired: CacheEntry): boolean {
    return isWithin(expired, this.#freshness.staleIfErrorMs, this.store.nowMs());
  }

  /** Whether the source may be asked for a new value, or has just failed to give one. */
  mayRefresh(key: unknown): boolean {
    return this.#pace.mayTry(key);
  }

  /** Records that the source failed while there was an old value to serve. */
  recordFailedRefresh(key: unknown, error: unknown): void {
    this.#pace.recordFailure(key, error);
  }

  /** The run that a call with this key can join. */
  flightOf(call: Call, key: unknown): Flight | undefined {
    return this.flights.find(this, key, call.state?.limits);
  }

  /** The refresh that runs behind the old value of `key`. */
  refreshOf(key: unknown): Flight | undefined {
    return this.flights.findRefresh(key);
  }

  /** Makes a flight that others can join; it is behind `stale` where that is given. */
  newFlight(call: Call, key: unknown, stale?: CacheEntry): Flight {
    const flight = new Flight(this, call, key, stale);
    this.flights.add(flight);
    if (stale === undefined) flightContext.recordStart(flight);
    return flight;
  }

  /** Lets the runs for `key` end without being kept or joined: a later one begins, which was asked for by name. */
  supersede(key: unknown): void {
    this.flights.forget(key);
  }

  /** Ends a flight: nobody joins it any more. */
  end(flight: Flight): void {
    this.flights.remove(flight);
    flightContext.recordEnd(flight);
  }

  /** Keeps the result of a run, and ends the flight once it is kept; returns what the run's own call gets. */
  keep(flight: Flight, value: unknown): unknown {
    if (flight.isStorable && isSingleUse(value)) {
      flight.invalidate();
      this.account.recordSingleUse();
    }
    if (!flight.isStorable) return this.#finish(flight, value);
    this.#pace.forget(flight.key);
    this.flights.outdate(flight);
    const written = this.#write(flight, value);
    if (!isPromise(written)) return this.#finishWritten(flight, value, written);
    return this.#inTime(flight, written.then((wasKept) => this.#finishWritten(flight, value, wasKept)), value);
  }

  #finishWritten(flight: Flight, value: unknown, wasKept: boolean): unknown {
    if (wasKept) this.account.recordWrite();
    return this.#finish(flight, value);
  }

  #finish(flight: Flight, value: unknown): unknown {
    this.end(flight);
    return flight.finish(value);
  }

  /** `finishing`, or just `value` once lookup and write together have taken their time; the write continues behind it. */
  #inTime(flight: Flight, finishing: Promise<unknown>, value: unknown): Promise<unknown> {
    // Whole milliseconds, as timers of one length share a timer of the runtime.
    const leftMs = Math.max(0, this.store.limitMs - Math.trunc(flight.lookupMs));
    return new Promise((resolve, reject) => {
      const timer = this.#host.clock.setTimer(leftMs, () => resolve(value));
      finishing.finally(() => timer.cancel()).then(resolve, reject);
    });
  }

  /** To size a value up is to read it, and what is read may throw. */
  #write(flight: Flight, value: unknown): MaybePromise<boolean> {
    try {
      return this.store.write(
        flight.key,
        entryFor(value, this.store.nowMs(), this.#freshness),
        () => flight.isStorable,
      );
    } catch (error) {
      this.account.recordTrouble("set", error);
      return false;
    }
  }

  /** Lets the runs for `key` end without being kept or joined. */
  #forget(key: unknown): void {
    this.flights.forget(key);
    this.#pace.forget(key);
  }

  #forgetAll(): void {
    this.flights.forgetAll();
    this.#pace.forgetAll();
  }
}
