import type { Call } from "../../call/call.ts";
import type { Behind } from "./behind.ts";
import { CacheAccount, type CacheStats } from "./cache_account.ts";
import type { CachedResultsParts } from "./cached_results_parts.ts";
import { Flight, type FlightOwner } from "./flight.ts";
import { flightContext } from "./flight_context.ts";
import type { Flights } from "./flights.ts";
import { type Freshness, isWithin } from "./freshness.ts";
import type { KeepRules } from "./keep_rules.ts";
import type { KeptErrors } from "./kept_errors.ts";
import type { RefreshAhead } from "./refresh_ahead.ts";
import type { CacheEntry } from "../backend/cache_backend.ts";
import { isRequestBound } from "../../runtime/request_bound.ts";
import type { KeptEntry } from "../backend/kept_entry.ts";
import type { RefreshPace } from "./refresh_pace.ts";
import { ResultKeeper } from "./result_keeper.ts";
import type { ResultStore } from "./result_store.ts";
import type { RunLock } from "./run_lock.ts";
import { isSingleUse } from "./single_use.ts";

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
  /** Which are kept. */
  readonly rules: KeepRules;
  /** The errors that are kept, where some are. */
  readonly errors: KeptErrors | undefined;
  /** When values are made anew before they expire, where they are. */
  readonly ahead: RefreshAhead | undefined;
  /** What continues behind answers. */
  readonly behind: Behind;
  /** Shares runs between processes, where that is asked for. */
  readonly lock: RunLock | undefined;
  readonly #keeper: ResultKeeper;

  /** The results of one function. */
  constructor({ store, freshness, rules, errors, ahead, flights, pace, behind, lock, host }: CachedResultsParts) {
    this.store = store;
    this.lock = lock;
    this.#freshness = freshness;
    this.rules = rules;
    this.errors = errors;
    this.ahead = ahead;
    this.flights = flights;
    this.#pace = pace;
    this.behind = behind;
    this.account = new CacheAccount(host);
    this.#keeper = new ResultKeeper({ store, rules, flights, pace, errors, behind, account: this.account, host });
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
    const entry = this.rules.entryByName(value, args, this.store.nowMs());
    if (entry === undefined) throw this.account.errorOf("set", "its 'cacheTtl' is 0 or undefined for the value");
    this.#forget(key);
    let isKept: boolean;
    try {
      isKept = await this.store.put(key, entry);
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

  /** Removes what bears one of `tags`; what runs now is not joined any more, and not kept if it turns out to bear one. */
  invalidateTags(tags: readonly string[]): void {
    this.store.removeTagged(tags);
    if (!this.rules.hasTags) return;
    this.flights.invalidateTags(tags);
    // An error may be one of what was there before, and bears no tag that would say so.
    this.errors?.forgetAll();
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
    const refresh = this.flights.findRefresh(key);
    if (refresh !== undefined && isRequestBound()) refresh.watch();
    return refresh;
  }

  /** The old value that a refresh runs behind, where no other caller can have invalidated it meanwhile. */
  staleOf(key: unknown): CacheEntry | undefined {
    return this.rules.hasTags ? undefined : this.refreshOf(key)?.stale;
  }

  /** Whether a call waits for `flight` where there may be a value to be read, which a refresh leaves. */
  isAwaited({ stale }: Flight): boolean {
    return stale === undefined || !(this.rules.hasTags || this.store.isFresh(stale));
  }

  /** Whether a hit of `entry` is to make it anew, as it will expire. */
  isDueAhead(entry: KeptEntry): boolean {
    return this.ahead !== undefined && this.ahead.isDue(entry, this.store.nowMs());
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

  /** Ends a flight: it cannot be joined any more. */
  end(flight: Flight): void {
    this.#keeper.end(flight);
  }

  /** Keeps the result of a run, and ends the flight once it is kept; returns what the run's own call gets. */
  keep(flight: Flight, value: unknown): unknown {
    return this.#keeper.keep(flight, value);
  }

  /** Lets the runs for `key` end without being kept or joined. */
  #forget(key: unknown): void {
    this.flights.forget(key);
    this.#pace.forget(key);
    this.errors?.forget(key);
  }

  #forgetAll(): void {
    this.flights.forgetAll();
    this.#pace.forgetAll();
    this.errors?.forgetAll();
  }
}
