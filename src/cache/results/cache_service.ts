import { errorLabel } from "../../errors/error_label.ts";
import type { Call } from "../../call/call.ts";
import type { Handler } from "../../call/layer.ts";
import type { LayerHost } from "../../attempt/layer_host.ts";
import type { CachedResults } from "./cached_results.ts";
import type { Flight } from "./flight.ts";
import { FlightRuns } from "./flight_runs.ts";
import { type FlightOptions, FlightWaits } from "./flight_waits.ts";
import { isRequestBound } from "../../runtime/request_bound.ts";
import { isPromise } from "../../call/maybe_promise.ts";
import type { CacheEntry } from "../backend/cache_backend.ts";
import type { KeptEntry } from "../backend/kept_entry.ts";
import type { KeptError } from "./kept_errors.ts";
import type { RunLock } from "./run_lock.ts";
import { runnerFor } from "./runner_call.ts";
import type { MemoryEntry } from "../memory/memory_store.ts";

/** How one pipeline is served from the cache of its function. */
export class CacheService {
  readonly #results: CachedResults;
  readonly #next: Handler;
  readonly #host: LayerHost;
  readonly #waits: FlightWaits;
  readonly #runs: FlightRuns;

  /** Serves calls from `results`, and by `next` what they don't have; `lock` shares runs between processes. */
  constructor(results: CachedResults, next: Handler, host: LayerHost, options: FlightOptions, lock?: RunLock) {
    this.#results = results;
    this.#next = next;
    this.#host = host;
    this.#waits = new FlightWaits(host, options);
    const run = (flight: Flight) => this.#waits.run(flight, next);
    this.#runs = new FlightRuns({ results, host, run, lock });
  }

  /** In memory a lookup costs less than a flight, so it comes first. */
  inMemory(): Handler {
    const { account, store } = this.#results;
    return (call) => {
      let key: unknown;
      try {
        key = store.keyOf(call.self, call.args);
      } catch (error) {
        return Promise.reject(error);
      }
      const entry = store.read(key) as MemoryEntry | undefined;
      if (entry === undefined || !store.isFresh(entry)) return this.#serveWithout(call, key, entry);
      account.recordHit(call);
      return entry.promise ??= Promise.resolve(entry.value);
    };
  }

  /** Elsewhere a lookup is expensive, so callers that come together share one. */
  beyondMemory(): Handler {
    const results = this.#results;
    const { store } = results;
    return (call) => {
      try {
        const key = store.keyOf(call.self, call.args);
        if (results.flights.size > 0) {
          const stale = results.staleOf(key);
          if (stale !== undefined && results.isServableStale(stale)) return this.#serveStale(call, stale);
          const underWay = results.flightOf(call, key);
          if (underWay !== undefined && results.isAwaited(underWay)) return this.#joinOrRun(call, key, undefined);
        }
        const found = store.read(key);
        return isPromise(found) ? this.#lookUp(call, key, found) : this.#serve(call, key, found);
      } catch (error) {
        return Promise.reject(error);
      }
    };
  }

  /** Runs without a lookup; refreshes that come together share one run, and an older run is not kept after it. */
  refreshing(): Handler {
    const results = this.#results;
    return (call) => {
      try {
        const key = results.store.keyOf(call.self, call.args);
        if (results.flightOf(call, key) === undefined) results.supersede(key);
        return this.#joinOrRun(call, key, undefined);
      } catch (error) {
        return Promise.reject(error);
      }
    };
  }

  #lookUp(call: Call, key: unknown, lookup: Promise<KeptEntry | undefined>): Promise<unknown> {
    const flight = this.#newFlight(call, key);
    const sinceMs = this.#host.clock.now();
    flight.beginLookup();
    const serve = (entry: KeptEntry | undefined) => {
      const guests = flight.endLookup(this.#host.clock.now() - sinceMs);
      return this.#serveInFlight([call, ...guests], flight, entry);
    };
    return flight.start(lookup.then(serve)).join(call, this.#rerun);
  }

  #serve(call: Call, key: unknown, entry: KeptEntry | undefined): Promise<unknown> {
    if (entry === undefined || !this.#results.store.isFresh(entry)) return this.#serveWithout(call, key, entry);
    if (this.#results.ahead !== undefined) this.#refreshAhead(call, key, entry);
    this.#results.account.recordHit(call);
    return Promise.resolve(entry.value);
  }

  #serveStale(call: Call, expired: CacheEntry): Promise<unknown> {
    this.#results.account.record(call, "stale");
    return Promise.resolve(expired.value);
  }

  /** There is no fresh value, at most an expired one. */
  #serveWithout(call: Call, key: unknown, expired: CacheEntry | undefined): Promise<unknown> {
    const results = this.#results;
    if (expired !== undefined && this.#isServed(key, expired)) {
      if (results.isServableStale(expired)) this.#refresh(call, key, expired);
      return this.#serveStale(call, expired);
    }
    const error = results.errors?.find(key);
    if (error === undefined) return this.#joinOrRun(call, key, expired);
    results.account.record(call, "hit");
    return Promise.reject(error.value);
  }

  /** Whether an old value takes the place of a run: until the source that failed may be asked again, where only a failure makes it good. */
  #isServed(key: unknown, expired: CacheEntry): boolean {
    const results = this.#results;
    const isStale = results.isServableStale(expired);
    if (isStale && results.behind.isPossible) return true;
    return (isStale || results.isServableOnError(expired)) && !results.mayRefresh(key);
  }

  #joinOrRun(call: Call, key: unknown, expired: CacheEntry | undefined): Promise<unknown> {
    const { account } = this.#results;
    const underWay = this.#results.flightOf(call, key);
    try {
      if (underWay !== undefined && this.#waits.mayJoin(underWay)) {
        if (!underWay.joinLookup(call)) account.record(call, "coalesced");
        const next: Handler = expired === undefined ? this.#next : (own) => this.#runOrStale(own, expired);
        const joined = this.#waits.join(underWay, call, this.#rerun, next);
        return isRequestBound() ? this.#orAnew(joined, underWay, call, expired) : joined;
      }
    } catch (error) {
      return Promise.reject(error);
    }
    if (underWay !== undefined) {
      account.record(call, "miss");
      return this.#waits.runWithin(call, underWay, this.#next);
    }
    const flight = this.#newFlight(call, key);
    return flight.start(this.#runs.run([call], flight, expired)).join(call, this.#rerun);
  }

  /** What a call that joined `flight` gets, or a run anew where that has vanished with its request. */
  #orAnew(joined: Promise<unknown>, flight: Flight, call: Call, expired: CacheEntry | undefined): Promise<unknown> {
    return joined.catch((error) => {
      if (call.state?.scope?.isAborted || !flight.checkLost()) throw error;
      return this.#joinOrRun(call, flight.key, expired);
    });
  }

  /** The lookup that `flight` began with has come to `entry`, for all who joined it as for the one that began it. */
  #serveInFlight(calls: readonly [Call, ...Call[]], flight: Flight, entry: KeptEntry | undefined): unknown {
    const [results, [call]] = [this.#results, calls];
    const isFresh = entry !== undefined && results.store.isFresh(entry);
    if (!isFresh && (entry === undefined || !this.#isServed(flight.key, entry))) {
      const error = results.errors?.find(flight.key);
      if (error !== undefined) return this.#rejectKept(calls, flight, error);
      return this.#runs.run(calls, flight, entry);
    }
    results.end(flight);
    for (const served of calls) results.account.record(served, isFresh ? "hit" : "stale");
    // Others are not to be served what was removed while it was looked up.
    if (flight.isStorable && flight.isOpen) this.#refreshBehind(call, flight.key, entry, isFresh);
    return entry.value;
  }

  #rejectKept(calls: readonly Call[], flight: Flight, { value }: KeptError): never {
    this.#results.end(flight);
    for (const served of calls) this.#results.account.record(served, "hit");
    throw value;
  }

  #refreshBehind(call: Call, key: unknown, entry: KeptEntry, isFresh: boolean): void {
    if (isFresh) this.#refreshAhead(call, key, entry);
    else if (this.#results.isServableStale(entry)) this.#refresh(call, key, entry);
  }

  /** Makes a fresh value anew that will expire, where its hit is the one to do so. */
  #refreshAhead(call: Call, key: unknown, entry: KeptEntry): void {
    if (this.#results.isDueAhead(entry)) this.#refresh(call, key, entry);
  }

  /** A caller that can be aborted lends its arguments only. */
  #newFlight(call: Call, key: unknown): Flight {
    return this.#results.newFlight(call.state?.scope === undefined ? call : runnerFor(call, call.state.limits), key);
  }

  /** Runs behind a stale value that was served; no caller waits for it, and the limits of the one call are not its own. */
  #refresh(call: Call, key: unknown, expired: CacheEntry): void {
    const results = this.#results;
    if (!results.behind.isPossible || results.refreshOf(key) !== undefined || !results.mayRefresh(key)) return;
    const flight = results.newFlight(runnerFor(call, undefined), key, expired);
    const refreshing = this.#runs.run([], flight, undefined);
    flight.start(refreshing);
    results.behind.follow(refreshing);
    refreshing.catch((error) => {
      results.recordFailedRefresh(key, error);
      const { telemetry, functionName } = this.#host;
      if (telemetry.isOn) telemetry.log("warning", "a refresh failed", { functionName, error: errorLabel(error) });
    });
  }

  /** Runs for those who wait for another run, whose result is kept. */
  #runOrStale(call: Call, expired: CacheEntry): Promise<unknown> {
    return this.#next(call).catch((error) => {
      if (this.#runs.isReplaced(error, expired)) return expired.value;
      throw error;
    });
  }

  /** For a caller who joined a run whose result only one can have. */
  readonly #rerun = (call: Call): Promise<unknown> => {
    this.#results.account.record(call, "miss");
    if (call.state !== undefined) call.state.servedBy = undefined;
    return this.#next(call);
  };
}
