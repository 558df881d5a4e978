import { type Clock, SystemClock } from "../time/clock.ts";
import { parseDuration } from "../time/duration.ts";
import { MemoryStore, type MemoryStoreLimits } from "../cache/memory/memory_store.ts";
import { ConfigurationError } from "../errors/configuration_error.ts";
import { nonEmptyString, wrongOption } from "../options/validate.ts";
import type { CachedResults } from "../cache/results/cached_results.ts";
import { ExpirySweeper } from "../cache/memory/expiry_sweeper.ts";
import { Flights } from "../cache/results/flights.ts";
import { cachePolicy } from "../layers/cache.ts";
import type { Rate } from "../limiter/rate.ts";
import { RateLimiter } from "../limiter/rate_limiter.ts";
import type { EventHub } from "../telemetry/events.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { OperoEvents } from "../telemetry/opero_events.ts";
import { OpenBackends } from "./open_backends.ts";
import type { OperoOptions } from "./opero_options.ts";
import type { WorkerPlace, WorkerPoolOptions } from "../pool/pool.ts";
import type { WorkerPool } from "../pool/worker_pool.ts";
import { Telemetry } from "../telemetry/telemetry.ts";

/** What an instance is made with. */
export interface RegistryOptions {
  readonly defaults: OperoOptions;
  readonly clock?: Clock | undefined;
  readonly random?: (() => number) | undefined;
  readonly logger?: Logger | undefined;
  /** Where listeners stand that were there before it. */
  readonly events?: EventHub<OperoEvents> | undefined;
  /** How many worker threads there are at most in each of its pools. */
  readonly maxThreads?: number | undefined;
  /** How long worker threads without work are kept, in milliseconds. */
  readonly idleMs?: number | undefined;
  /** Whether it can be used again after it was closed. */
  readonly isReopenable?: boolean | undefined;
}

/** What runs, and ends when the instance is closed. */
interface Run {
  /** Ends it with `reason`; resolves once it has let go of what it used. */
  fail(reason: unknown): Promise<void>;
}

/** What can be let go of when an instance is closed. */
interface Closable {
  close(): void | Promise<void>;
}

/** What the functions of one instance share: time, chance, the log, the global limiter, caches and what has to be closed. */
export class Registry {
  /** The options of every function that does not say otherwise. */
  readonly defaults: OperoOptions;
  /** The only source of time. */
  readonly clock: Clock;
  /** The only source of chance. */
  readonly random: () => number;
  /** Where it is told what happens. */
  readonly telemetry: Telemetry;
  /** The backends that keep results beyond the process. */
  readonly backends: OpenBackends;
  /** Removes what has expired from the stores in memory. */
  readonly expiry: ExpirySweeper;
  readonly #closables = new Set<Closable>();
  readonly #flights = new WeakMap<MemoryStore, Flights>();
  /** What runs now over many items. */
  readonly runs: Set<Run> = new Set();
  readonly #options: RegistryOptions;
  readonly #pools = new Map<string, WorkerPool>();
  readonly #namedStores = new Map<string, Map<string, MemoryStore>>();
  readonly #caches = new Map<string, Set<WeakRef<CachedResults>>>();
  readonly #forgetCache = new FinalizationRegistry<() => void>((forget) => forget());
  #globalLimiter: RateLimiter | undefined = undefined;
  #isClosed = false;

  /** An instance that has nothing yet. */
  constructor(options: RegistryOptions) {
    this.#options = options;
    this.defaults = options.defaults;
    this.clock = options.clock ?? new SystemClock();
    this.random = options.random ?? Math.random;
    this.telemetry = new Telemetry(this.random, options.logger, undefined, options.events);
    this.backends = new OpenBackends(this.clock, this.telemetry);
    this.expiry = new ExpirySweeper(this.clock);
  }

  /**
   * The limiter that all functions of the scope `"global"` share.
   *
   * @throws {ConfigurationError} If it has another rate.
   */
  globalLimiter(task: string, rate: Rate): RateLimiter {
    const limiter = this.#globalLimiter ??= new RateLimiter(rate, this.clock);
    const { limit, perMs, burst } = limiter.rate;
    if (limit !== rate.limit || perMs !== rate.perMs || burst !== rate.burst) {
      const desired = `the same for all functions of the scope "global" (${describeRate(limiter.rate)})`;
      throw wrongOption(task, "rateLimit", { desired }, describeRate(rate));
    }
    return limiter;
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
    const nowMs = () => this.clock.now();
    return new MemoryStore(limits, (store) => this.expiry.watch(store, nowMs));
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
   * @throws {ConfigurationError} If that is no name.
   * @throws {CacheError} If they could not be removed from one of the backends.
   */
  async clearCache(namespace = cachePolicy.defaults.cacheNamespace as string): Promise<void> {
    if (!nonEmptyString.accepts(namespace)) {
      throw wrongOption("clear the cache", "namespace", nonEmptyString, namespace);
    }
    for (const reference of this.#caches.get(namespace) ?? []) reference.deref()?.clearFromNamespace();
    // A shared store outlives the functions that filled it.
    for (const store of this.#namedStores.get(namespace)?.values() ?? []) store.clear();
    const { cacheTimeout, connectTimeout } = cachePolicy.defaults;
    const limits = { timeoutMs: parseDuration(cacheTimeout)!, connectTimeoutMs: parseDuration(connectTimeout)! };
    await this.backends.clear(namespace, limits);
    for (const reference of this.#caches.get(namespace) ?? []) reference.deref()?.noteNamespaceCleared();
  }

  /** The pool that all functions share whose workers have this in common; `open` makes it where there is none yet. */
  poolFor(place: WorkerPlace, open: (options: WorkerPoolOptions) => WorkerPool): WorkerPool {
    const { memoryLimit, permissions } = place;
    const key = JSON.stringify([memoryLimit, permissions], (_, value) => value instanceof URL ? value.href : value);
    const { idleMs, maxThreads } = this.#options;
    const pool = this.#pools.get(key) ?? open({ memoryLimit, permissions, idleMs, maxThreads });
    this.#pools.set(key, pool);
    return pool;
  }

  /** What a run is refused with once the instance was closed. */
  closedError(task: string): ConfigurationError | undefined {
    return this.#isClosed ? new ConfigurationError(`Cannot ${task} as its instance is closed`) : undefined;
  }

  /** Closes `closable` when the instance is closed. */
  closeLater(closable: Closable): void {
    this.#closables.add(closable);
  }

  /** Ends what runs and closes what the instance opened; all of it, even where one part fails. */
  async close(): Promise<void> {
    this.#isClosed = this.#options.isReopenable !== true;
    const reason = new DOMException("The instance was closed", "AbortError");
    await Promise.all([...this.runs].map((run) => run.fail(reason)));
    // Backends last as long as the instance: one that is opened after a close is for the next close.
    const closables = [...this.#closables, ...this.#pools.values(), this.backends];
    this.#closables.clear();
    const closed = await Promise.allSettled(closables.map(async (closable) => await closable.close()));
    const failed = closed.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }
}

function describeRate({ limit, perMs, burst }: Rate): string {
  return `${limit} per ${perMs / 1_000} s, burst ${burst}`;
}
