import { SerializationError } from "../errors.ts";
import type { CacheStatus, Call } from "../layer.ts";
import type { LayerHost } from "../layer_host.ts";
import type { MaybePromise } from "./cache_backend.ts";
import { Flight } from "./flight.ts";
import type { StoredValue } from "./memory_store.ts";
import type { ResultStore } from "./result_store.ts";

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

/** What the cache can do for a call, and the event that tells of it. */
const EVENTS = { hit: "cacheHit", miss: "cacheMiss", stale: "cacheStale", coalesced: "cacheCoalesced" } as const;

/** The cached results of one function: what is kept, what is on its way, and the count of both. */
export class CachedResults {
  readonly #store: ResultStore;
  readonly #freshness: Freshness;
  readonly #host: LayerHost;
  readonly #flights = new Map<unknown, Flight>();
  readonly #stats: MutableStats = { hits: 0, misses: 0, stale: 0, coalesced: 0, writes: 0, errors: 0 };
  #hasWarned = false;

  /** The results of one function, in `store`. */
  constructor(store: ResultStore, freshness: Freshness, host: LayerHost) {
    this.#store = store;
    this.#freshness = freshness;
    this.#host = host;
  }

  /** Whether a look costs next to nothing. */
  get isInMemory(): boolean {
    return this.#store.isInMemory;
  }

  /** The fresh value for a call with `args`, or `undefined`. */
  async get(self: unknown, args: readonly unknown[]): Promise<unknown> {
    const stored = await this.#store.read(this.#store.keyOf(self, args));
    return stored !== undefined && this.isFresh(stored) ? stored.value : undefined;
  }

  /** Whether there is a fresh value for a call with `args`. */
  async has(self: unknown, args: readonly unknown[]): Promise<boolean> {
    const stored = await this.#store.read(this.#store.keyOf(self, args));
    return stored !== undefined && this.isFresh(stored);
  }

  /** Removes the value for a call with `args`; what runs now is not kept either. */
  async delete(self: unknown, args: readonly unknown[]): Promise<boolean> {
    const key = this.#store.keyOf(self, args);
    this.#forgetFlights((flight) => flight.key === key);
    return await this.#store.delete(key);
  }

  /** Removes all values of the function; what runs now is not kept either. */
  async clear(): Promise<void> {
    this.#forgetFlights();
    await this.#store.clear();
  }

  /** Does its part where its namespace is cleared; a backend is cleared once for all that it serves. */
  clearFromNamespace(): void {
    this.#forgetFlights();
    if (this.isInMemory) this.#store.clear();
  }

  /** What the cache has done so far. */
  stats(): CacheStats {
    return { ...this.#stats };
  }

  /** The key of `call`. Throws where its arguments have none. */
  keyOf(call: Call): unknown {
    return this.#store.keyOf(call.self, call.args);
  }

  /** What is kept under `key`, fresh or not. */
  read(key: unknown): MaybePromise<StoredValue | undefined> {
    return this.#store.read(key);
  }

  /** Whether `stored` is within its time. */
  isFresh(stored: StoredValue): boolean {
    return stored.expiresAtMs === Infinity || this.#store.nowMs() < stored.expiresAtMs;
  }

  /** Whether `expired` may be served while a refresh runs behind it. */
  isServableStale(expired: StoredValue): boolean {
    return this.#isWithin(expired, this.#freshness.staleMs);
  }

  /** Whether `expired` may be served where every attempt failed. */
  isServableOnError(expired: StoredValue): boolean {
    return this.#isWithin(expired, this.#freshness.staleIfErrorMs);
  }

  /** The run that a call with this key can join. */
  flightOf(call: Call, key: unknown): Flight | undefined {
    return this.#flights.get(flightKeyOf(call, key));
  }

  /** Begins a run that others can join. */
  depart(leader: Call, key: unknown): Flight {
    const flight: Flight = new Flight(leader, key, () => this.land(flight));
    this.#flights.set(flightKeyOf(leader, key), flight);
    return flight;
  }

  /** Lets the plain run for `key`, if there is one, end without being kept or joined: a later one has begun. */
  supersede(key: unknown): void {
    const flightKey = plainFlightKey(key);
    const flight = this.#flights.get(flightKey);
    if (flight === undefined) return;
    flight.mayStore = false;
    this.#flights.delete(flightKey);
  }

  /** Ends a run: nobody joins it any more. */
  land(flight: Flight): void {
    const flightKey = flightKeyOf(flight.call, flight.key);
    if (this.#flights.get(flightKey) === flight) this.#flights.delete(flightKey);
  }

  /** Keeps what a run came to, and ends the run once it is kept. */
  keep(flight: Flight, value: unknown): unknown {
    if (!flight.mayStore) {
      this.land(flight);
      return value;
    }
    const createdAtMs = this.#store.nowMs();
    const expiresAtMs = createdAtMs + this.#freshness.ttlMs;
    const graceMs = Math.max(this.#freshness.staleMs, this.#freshness.staleIfErrorMs);
    const stored = { value, createdAtMs, expiresAtMs, staleUntilMs: expiresAtMs + graceMs };
    const written = this.#write(flight.key, stored);
    const arrive = (wasKept: boolean) => {
      if (wasKept) this.#stats.writes++;
      this.land(flight);
      return value;
    };
    return written instanceof Promise ? this.#inTime(flight, written.then(arrive), value) : arrive(written);
  }

  /** Counts and tells what the cache did for `call`. The counters are named one by one, as a look-up would cost a hit a third more. */
  note(call: Call, status: Exclude<CacheStatus, "off">): void {
    if (status === "hit") this.#stats.hits++;
    else if (status === "miss") this.#stats.misses++;
    else if (status === "stale") this.#stats.stale++;
    else this.#stats.coalesced++;
    if (call.state !== undefined) call.state.cache = status;
    if (this.#host.telemetry.isOn) this.#host.telemetry.tell(EVENTS[status], this.#host.functionName, call, {});
  }

  /** Counts and tells that the store failed or refused a value. */
  noteTrouble(operation: "get" | "set" | "delete" | "clear", error: unknown): void {
    this.#stats.errors++;
    const { telemetry, functionName } = this.#host;
    if (error instanceof SerializationError && !this.#hasWarned) {
      this.#hasWarned = true;
      telemetry.log("warning", "a result cannot be cached", { functionName, reason: error.message });
    }
    telemetry.emit("cacheError", { functionName, operation, error });
  }

  /** `arriving`, or just `value` once look and write together have taken their time; the write goes on behind it. */
  #inTime(flight: Flight, arriving: Promise<unknown>, value: unknown): Promise<unknown> {
    // Whole milliseconds, as timers of one length share a timer of the runtime.
    const leftMs = Math.max(0, this.#store.limitMs - Math.trunc(flight.lookMs));
    return new Promise((resolve, reject) => {
      const timer = this.#host.clock.setTimer(leftMs, () => resolve(value));
      arriving.finally(() => timer.cancel()).then(resolve, reject);
    });
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

  /** Lets the runs that match (by default all) end without being kept or joined. */
  #forgetFlights(matches: (flight: Flight) => boolean = () => true): void {
    for (const [flightKey, flight] of this.#flights) {
      if (!matches(flight)) continue;
      flight.mayStore = false;
      this.#flights.delete(flightKey);
    }
  }

  #isWithin(expired: StoredValue, graceMs: number): boolean {
    return graceMs > 0 && this.#store.nowMs() < expired.expiresAtMs + graceMs;
  }
}

/** Begins what is made of a key and limits; a text that begins so itself is given another. */
const LIMITED = "\u0001";

/** Calls with limits of their own share a run only with calls of the same limits. */
function flightKeyOf(call: Call, key: unknown): unknown {
  const limits = call.state?.limits;
  if (limits === undefined) return plainFlightKey(key);
  const { timeoutMs, deadlineMs, retries, cache } = limits;
  return `${LIMITED}${timeoutMs}/${deadlineMs}/${retries}/${cache}/${typeof key}/${key}`;
}

function plainFlightKey(key: unknown): unknown {
  return typeof key === "string" && key.startsWith(LIMITED) ? LIMITED + key : key;
}
