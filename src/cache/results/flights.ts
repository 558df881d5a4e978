import type { CallLimits } from "../../call/call_state.ts";
import type { Flight } from "./flight.ts";

/** The runs that are under way for one identity; functions that share their results share these. */
export class Flights {
  readonly #first = new Map<unknown, Flight>();

  /** Keys with runs under way; most often there are none, which is known at once. */
  get size(): number {
    return this.#first.size;
  }

  /** The run of `owner` that a call with these limits can join. */
  find(owner: object, key: unknown, limits: CallLimits | undefined): Flight | undefined {
    if (this.#first.size === 0) return undefined;
    let flight = this.#first.get(key);
    while (flight !== undefined && !isJoinable(flight, owner, limits)) flight = flight.older;
    return flight;
  }

  /** The refresh behind a stale value. */
  findRefresh(key: unknown): Flight | undefined {
    if (this.#first.size === 0) return undefined;
    let flight = this.#first.get(key);
    while (flight !== undefined && (flight.stale === undefined || !flight.isOpen)) flight = flight.older;
    return flight;
  }

  /** Begins one. */
  add(flight: Flight): void {
    if (this.#first.size > 0) flight.older = this.#first.get(flight.key);
    this.#first.set(flight.key, flight);
  }

  /** Ends one: it cannot be joined any more. */
  remove(flight: Flight): void {
    const first = this.#first.get(flight.key);
    if (first === flight) {
      if (flight.older === undefined) this.#first.delete(flight.key);
      else this.#first.set(flight.key, flight.older);
      return;
    }
    for (let each = first; each !== undefined; each = each.older) {
      if (each.older === flight) each.older = flight.older;
    }
  }

  /** Lets the runs with `key` end without being kept or joined. */
  forget(key: unknown): void {
    for (let flight = this.#first.get(key); flight !== undefined; flight = flight.older) flight.invalidate();
    this.#first.delete(key);
  }

  /** The same for all runs. */
  forgetAll(): void {
    for (const key of this.#first.keys()) this.forget(key);
  }

  /**
   * Lets those with `key` that may have seen what was there end without being kept or joined: lookups that have not come
   * to a run yet, and refreshes behind a value that was there.
   */
  forgetLookups(key: unknown): void {
    for (let flight = this.#first.get(key); flight !== undefined; flight = flight.older) {
      if (flight.isRunning && flight.stale === undefined) continue;
      flight.invalidate();
      this.remove(flight);
    }
  }

  /** The same for all keys. */
  forgetAllLookups(): void {
    for (const key of this.#first.keys()) this.forgetLookups(key);
  }

  /** Tags were invalidated, which the result of any of these may bear. */
  invalidateTags(tags: readonly string[]): void {
    for (const first of this.#first.values()) {
      for (let flight: Flight | undefined = first; flight !== undefined; flight = flight.older) {
        flight.invalidateTags(tags);
      }
    }
  }

  /** Keeps runs that began before `flight` from replacing its result. */
  outdate(flight: Flight): void {
    for (let older = flight.older; older !== undefined; older = older.older) older.invalidate();
  }
}

function isJoinable(flight: Flight, owner: object, limits: CallLimits | undefined): boolean {
  return flight.owner === owner && flight.isOpen && isSame(flight.call.state?.limits, limits);
}

/** Calls with limits of their own share a run only with calls of the same limits. */
function isSame(a: CallLimits | undefined, b: CallLimits | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  const limits = { ...a, ...b };
  for (const name in limits) if (Reflect.get(a, name) !== Reflect.get(b, name)) return false;
  return true;
}
