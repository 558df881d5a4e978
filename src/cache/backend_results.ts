import type { Clock } from "../clock.ts";
import { sha256Hex } from "../runtime/sha256.ts";
import type { CacheEntry, MaybePromise } from "./cache_backend.ts";
import { requireText, serializeArguments, serializeValue } from "./cache_key.ts";
import { type GuardedCache, UNREADABLE_ENTRY } from "./guarded_cache.ts";
import { isInstance } from "./instance.ts";
import type { CacheKeyFunction } from "./memory_results.ts";
import type { StoredValue } from "./memory_store.ts";
import { type ResultStore, UNREADABLE } from "./result_store.ts";

/** Whose results are kept, and where. */
export interface BackendResultsOptions {
  /** Where. */
  readonly backend: GuardedCache;
  /** Gives the time of day, which outlives the process. */
  readonly clock: Clock;
  /** The first part of every key. */
  readonly namespace: string;
  /** What tells the function from every other, in this process and the next. */
  readonly identity: string;
  /** The user's key function. */
  readonly cacheKey: CacheKeyFunction | undefined;
  /** Leaves out the arguments that make no other result. */
  readonly keyArguments: (args: readonly unknown[]) => readonly unknown[];
}

/**
 * The results of a function in a backend that outlives the process. A stored key is
 * `sha256(namespace).sha256(identity).sha256(key)`: nothing of an argument leaves the process, no
 * key is hostile to its store, and namespace and function are prefixes that can be cleared.
 */
export class BackendResults implements ResultStore {
  readonly isInMemory = false;
  readonly #options: BackendResultsOptions;
  readonly #prefix: MaybePromise<string>;

  /** The results of one function in one backend. */
  constructor(options: BackendResultsOptions) {
    this.#options = options;
    this.#prefix = functionPrefix(options.namespace, options.identity);
  }

  get limitMs(): number {
    return this.#options.backend.limitMs;
  }

  nowMs(): number {
    return this.#options.clock.wallNow();
  }

  keyOf(self: unknown, args: readonly unknown[]): string {
    const { cacheKey, keyArguments } = this.#options;
    if (cacheKey !== undefined) return `k${requireText(cacheKey(...args))}`;
    const instance = isInstance(self) ? serializeValue(dataOf(self)) : "";
    return `a${instance.length}:${instance}${serializeArguments(keyArguments(args))}`;
  }

  read(key: string): MaybePromise<StoredValue | undefined> {
    return chain(this.#storedKey(key), (stored) => chain(this.#options.backend.get(stored), fromEntry));
  }

  write(key: string, stored: StoredValue): MaybePromise<boolean> {
    return chain(this.#storedKey(key), (storedKey) => this.#options.backend.set(storedKey, toEntry(stored)));
  }

  delete(key: string): MaybePromise<boolean> {
    return chain(this.#storedKey(key), (stored) => this.#options.backend.delete(stored));
  }

  clear(): MaybePromise<unknown> {
    return chain(this.#prefix, (prefix) => this.#options.backend.clear(prefix));
  }

  #storedKey(key: string): MaybePromise<string> {
    const hash = sha256Hex(key);
    return chain(this.#prefix, (prefix) => chain(hash, (digest) => prefix + digest));
  }
}

/** What all stored keys of `namespace` begin with. */
export function namespacePrefix(namespace: string): MaybePromise<string> {
  return chain(sha256Hex(namespace), (hash) => `${hash}.`);
}

function functionPrefix(namespace: string, identity: string): MaybePromise<string> {
  return chain(namespacePrefix(namespace), (prefix) => chain(sha256Hex(identity), (hash) => `${prefix}${hash}.`));
}

/** Goes on with a value at once, or with a promise's once it is there. */
function chain<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}

function fromEntry(entry: CacheEntry | undefined): StoredValue | undefined {
  if (entry === UNREADABLE_ENTRY) return UNREADABLE;
  return entry && {
    value: entry.value,
    createdAtMs: entry.createdAt,
    expiresAtMs: entry.expiresAt,
    staleUntilMs: entry.staleUntil,
  };
}

function toEntry(stored: StoredValue): CacheEntry {
  return {
    value: stored.value,
    createdAt: stored.createdAtMs,
    expiresAt: stored.expiresAtMs,
    staleUntil: stored.staleUntilMs,
  };
}

/** An instance without its functions: those are code, which the identity stands for. Of a class its name. */
function dataOf(instance: object): object | string {
  if (typeof instance === "function") return instance.name;
  const entries = Object.entries(instance);
  if (entries.every(([, value]) => typeof value !== "function")) return instance;
  const data = Object.create(Object.getPrototypeOf(instance));
  return Object.assign(data, Object.fromEntries(entries.filter(([, value]) => typeof value !== "function")));
}
