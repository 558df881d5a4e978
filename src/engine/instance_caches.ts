import { ExpirySweeper } from "../cache/memory/expiry_sweeper.ts";
import { MemoryStore, type MemoryStoreLimits } from "../cache/memory/memory_store.ts";
import type { CachedResults } from "../cache/results/cached_results.ts";
import { Flights } from "../cache/results/flights.ts";
import { cachePolicy } from "../layers/cache.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Clock } from "../time/clock.ts";
import { parseDuration } from "../time/duration.ts";
import { BackendList } from "./backend_list.ts";
import { OpenBackends } from "./open_backends.ts";

/** Where the functions of one instance keep their results. */
export class InstanceCaches {
  /** The backends that keep results beyond the process. */
  readonly list: BackendList;
  /** What the functions use of them. */
  readonly backends: OpenBackends;
  readonly #clock: Clock;
  /** Removes what has expired from the stores in memory. */
  readonly #expiry: ExpirySweeper;
  readonly #flights = new WeakMap<MemoryStore, Flights>();
  readonly #namedStores = new Map<string, Map<string, MemoryStore>>();
  readonly #caches = new Map<string, Set<WeakRef<CachedResults>>>();
  readonly #forgetCache = new FinalizationRegistry<() => void>((forget) => forget());

  /** None yet. */
  constructor(clock: Clock, telemetry: Telemetry) {
    this.#clock = clock;
    this.#expiry = new ExpirySweeper(clock);
    this.list = new BackendList(clock, telemetry);
    this.backends = new OpenBackends(this.list, telemetry);
  }

  /** The store in memory that all functions with one `cacheId` in one namespace share. */
  namedStore(namespace: string, cacheId: string, limits: MemoryStoreLimits): MemoryStore {
    const stores = this.#namedStores.get(namespace) ?? new Map<string, MemoryStore>();
    this.#namedStores.set(namespace, stores);
    const store = stores.get(cacheId) ?? this.newStore(limits);
    stores.set(cacheId, store);
    return store;
  }

  /** A store in memory, which what has expired leaves by itself. Its times are those of {@link Clock.now}. */
  newStore(limits: MemoryStoreLimits): MemoryStore {
    const nowMs = () => this.#clock.now();
    return new MemoryStore(limits, (store) => this.#expiry.watch(store, nowMs));
  }

  /** The runs under way of all functions that keep their results in `store`. */
  flightsOf(store: MemoryStore): Flights {
    const flights = this.#flights.get(store) ?? new Flights();
    this.#flights.set(store, flights);
    return flights;
  }

  /** Makes a function's cache known, so that its namespace can be cleared; it is forgotten with the function. */
  addCache(namespace: string, cache: CachedResults): void {
    const caches = this.#caches.get(namespace) ?? new Set();
    this.#caches.set(namespace, caches);
    const reference = new WeakRef(cache);
    caches.add(reference);
    this.#forgetCache.register(cache, () => caches.delete(reference));
  }

  /**
   * Removes all results in `namespace`, and in no other.
   *
   * @throws {CacheError} If they could not be removed from one of the backends.
   */
  async clear(namespace = cachePolicy.defaults.cacheNamespace as string): Promise<void> {
    for (const reference of this.#caches.get(namespace) ?? []) reference.deref()?.clearFromNamespace();
    // A shared store outlives the functions that filled it.
    for (const store of this.#namedStores.get(namespace)?.values() ?? []) store.clear();
    await this.backends.clear(namespace, defaultLimits());
    for (const reference of this.#caches.get(namespace) ?? []) reference.deref()?.recordNamespaceCleared();
  }

  /**
   * Invalidates all results with one of `tags`, in every namespace.
   *
   * @throws {CacheError} If it could not be done in one of the backends.
   */
  async invalidateTags(tags: readonly string[], random: () => number): Promise<void> {
    this.#invalidateHere(tags);
    await this.backends.invalidateTags(tags, defaultLimits(), random);
    // What began in the meantime may have read what was there.
    this.#invalidateHere(tags);
  }

  #invalidateHere(tags: readonly string[]): void {
    for (const caches of this.#caches.values()) {
      for (const reference of caches) reference.deref()?.invalidateTags(tags);
    }
    for (const stores of this.#namedStores.values()) for (const store of stores.values()) store.removeTagged(tags);
  }
}

function defaultLimits(): { readonly timeoutMs: number; readonly connectTimeoutMs: number } {
  const { cacheTimeout, connectTimeout } = cachePolicy.defaults;
  return { timeoutMs: parseDuration(cacheTimeout)!, connectTimeoutMs: parseDuration(connectTimeout)! };
}
