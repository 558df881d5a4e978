import type { Call } from "../../call/call.ts";
import type { LayerHost } from "../../attempt/layer_host.ts";
import type { CacheEntry } from "../backend/cache_backend.ts";
import type { KeptEntry } from "../backend/kept_entry.ts";
import { UNREADABLE_ENTRY } from "../backend/read_entry.ts";
import type { CachedResults } from "./cached_results.ts";
import type { Flight } from "./flight.ts";
import type { RunLock } from "./run_lock.ts";

/** What runs are made of. */
export interface FlightRunsParts {
  /** What is kept of them. */
  readonly results: CachedResults;
  readonly host: LayerHost;
  /** Runs the function. */
  readonly run: (flight: Flight) => Promise<unknown>;
  /** Shares them between processes, where that is asked for. */
  readonly lock: RunLock | undefined;
}

/** The runs on flights for which there was nothing to serve: their results are kept, and old ones take the place of errors. */
export class FlightRuns {
  readonly #parts: FlightRunsParts;

  /** The runs of one function. */
  constructor(parts: FlightRunsParts) {
    this.#parts = parts;
  }

  /**
   * Runs on `flight` for `calls`, of which the first has begun it and the others have joined: here, or in another process
   * that has begun before. `expired` may be served where that fails.
   */
  run(calls: readonly Call[], flight: Flight, expired: CacheEntry | undefined): Promise<unknown> {
    const { lock } = this.#parts;
    if (expired === UNREADABLE_ENTRY) flight.invalidate();
    const runHere = () => this.#runHere(calls, flight, expired);
    if (lock === undefined || !flight.isStorable) return runHere();
    const seenAt = (expired ?? flight.stale)?.createdAt;
    return lock({ flight, seenAt, runHere, serve: (entry, hasWaited) => this.#serve(calls, flight, entry, hasWaited) });
  }

  /** Whether an old value takes the place of the error that a run came to. */
  isReplaced(error: unknown, expired: CacheEntry): boolean {
    const { results, host } = this.#parts;
    // One to be served stale is here where nothing can run behind an answer.
    const isServable = results.isServableOnError(expired) || results.isServableStale(expired);
    return isServable && host.failures.isReplaceable(error);
  }

  #runHere(calls: readonly Call[], flight: Flight, expired: CacheEntry | undefined): Promise<unknown> {
    const { results, host, run } = this.#parts;
    for (const [i, call] of calls.entries()) results.account.record(call, i === 0 ? "miss" : "coalesced");
    if (results.rules.isTimed) flight.began = { startedMs: host.clock.now(), mark: results.store.mark() };
    return run(flight).then(
      (value) => results.keep(flight, value),
      (error) => {
        results.end(flight);
        if (expired === undefined || !this.isReplaced(error, expired)) {
          results.errors?.keep(flight, error);
          throw error;
        }
        results.recordFailedRefresh(flight.key, error);
        for (const call of calls.slice(0, 1)) results.account.record(call, "stale");
        return expired.value;
      },
    );
  }

  /** Who waited has shared the run of another process. */
  #serve(calls: readonly Call[], flight: Flight, entry: KeptEntry, hasWaited: boolean): unknown {
    const { account } = this.#parts.results;
    this.#parts.results.end(flight);
    for (const call of calls) account.record(call, hasWaited ? "coalesced" : "hit");
    return entry.value;
  }
}
