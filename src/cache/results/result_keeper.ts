import type { LayerHost } from "../../attempt/layer_host.ts";
import { isPromise, type MaybePromise } from "../../call/maybe_promise.ts";
import { type KeptEntry, NO_TAGS } from "../backend/kept_entry.ts";
import type { Behind } from "./behind.ts";
import type { CacheAccount } from "./cache_account.ts";
import type { Flight } from "./flight.ts";
import { flightContext } from "./flight_context.ts";
import type { Flights } from "./flights.ts";
import type { KeepRules } from "./keep_rules.ts";
import type { KeptErrors } from "./kept_errors.ts";
import type { RefreshPace } from "./refresh_pace.ts";
import type { ResultStore } from "./result_store.ts";
import { isSingleUse } from "./single_use.ts";

/** What the results of runs are kept with. */
export interface ResultKeeperParts {
  /** Where they are kept. */
  readonly store: ResultStore;
  /** Which of them, and for how long. */
  readonly rules: KeepRules;
  /** The runs under way of all functions that share them. */
  readonly flights: Flights;
  /** When a source that failed may be asked again behind a stale value. */
  readonly pace: RefreshPace;
  /** The errors that are kept, where some are. */
  readonly errors: KeptErrors | undefined;
  /** What continues behind answers. */
  readonly behind: Behind;
  readonly account: CacheAccount;
  readonly host: LayerHost;
}

/** Keeps what runs have come to, and ends their flights. */
export class ResultKeeper {
  readonly #parts: ResultKeeperParts;

  /** The keeper of one function. */
  constructor(parts: ResultKeeperParts) {
    this.#parts = parts;
  }

  /** Ends a flight: it cannot be joined any more. */
  end(flight: Flight): void {
    this.#parts.flights.remove(flight);
    flightContext.recordEnd(flight);
    flight.lock?.release();
  }

  /**
   * Keeps the result of a run, and ends the flight once it is kept; returns what the run's own call gets.
   *
   * @throws {unknown} What a function of the user's throws that is asked about the result.
   */
  keep(flight: Flight, value: unknown): unknown {
    const { account, flights, pace, errors } = this.#parts;
    if (flight.isStorable && isSingleUse(value)) {
      flight.invalidate();
      account.recordSingleUse();
    }
    if (!flight.isStorable) return this.#finish(flight, value);
    errors?.forget(flight.key);
    const entry = this.#entryOf(flight, value);
    if (entry === undefined) return this.#finishUnkept(flight, value);
    pace.forget(flight.key);
    flights.outdate(flight);
    const written = this.#write(flight, entry);
    if (!isPromise(written)) return this.#finishWritten(flight, value, written);
    return this.#inTime(flight, written.then((wasKept) => this.#finishWritten(flight, value, wasKept)), value);
  }

  #entryOf(flight: Flight, value: unknown): KeptEntry | undefined {
    const { rules, store, host } = this.#parts;
    const { began, call } = flight;
    try {
      const entry = rules.entryOfRun(value, call.args, store.nowMs());
      if (entry === undefined || began === undefined) return entry;
      if (flight.hasInvalid(entry.tags ?? NO_TAGS)) return undefined;
      return { ...entry, tookMs: host.clock.now() - began.startedMs, since: began.mark };
    } catch (error) {
      this.end(flight);
      throw error;
    }
  }

  /** A refresh whose value is not kept leaves the old one, and is tried again after its backoff, not at every call. */
  #finishUnkept(flight: Flight, value: unknown): unknown {
    if (flight.stale !== undefined) this.#parts.pace.recordFailure(flight.key, undefined);
    return this.#finish(flight, value);
  }

  #finishWritten(flight: Flight, value: unknown, wasKept: boolean): unknown {
    if (wasKept) this.#parts.account.recordWrite();
    return this.#finish(flight, value);
  }

  #finish(flight: Flight, value: unknown): unknown {
    this.end(flight);
    return flight.finish(value);
  }

  /** `finishing`, or just `value` once lookup and write together have taken their time; the write continues behind it. */
  #inTime(flight: Flight, finishing: Promise<unknown>, value: unknown): Promise<unknown> {
    const { store, host, behind } = this.#parts;
    behind.follow(finishing);
    // Whole milliseconds, as timers of one length share a timer of the runtime.
    const leftMs = Math.max(0, store.limitMs - Math.trunc(flight.lookupMs));
    return new Promise((resolve, reject) => {
      const timer = host.clock.setTimer(leftMs, () => resolve(value));
      finishing.finally(() => timer.cancel()).then(resolve, reject);
    });
  }

  /** To size a value up is to read it, and what is read may throw. */
  #write(flight: Flight, entry: KeptEntry): MaybePromise<boolean> {
    const write = (token?: string) => this.#parts.store.write(flight.key, entry, () => flight.isStorable, token);
    try {
      return flight.lock === undefined ? write() : flight.lock.write(write);
    } catch (error) {
      this.#parts.account.recordTrouble("set", error);
      return false;
    }
  }
}
