import type { Clock } from "../../time/clock.ts";
import { isPromise, type MaybePromise, whenReady } from "../../call/maybe_promise.ts";
import type { CacheEntry } from "../backend/cache_backend.ts";
import { requireText, serializeArguments } from "../key/cache_key.ts";
import { type FunctionKey, functionKey, storedKey, storedKeyNow } from "../backend/engine_key.ts";
import type { GuardedCache } from "../guard/guarded_cache.ts";
import { instanceText, type ReceiverOf } from "../key/instance.ts";
import type { CacheKeyFunction } from "./memory_results.ts";
import type { StoredValue } from "../memory/memory_store.ts";
import { UNREADABLE_ENTRY } from "../backend/read_entry.ts";
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
  /** The version of what it keeps, which is a part of every key. */
  readonly version: string;
  /** The user's key function. */
  readonly cacheKey: CacheKeyFunction | undefined;
  /** Leaves out the arguments that make no other result. */
  readonly keyArguments: (args: readonly unknown[]) => readonly unknown[];
  /** Finds the instance that a method is called on. */
  readonly receiverOf: ReceiverOf;
}

/** The results of a function in a backend that outlives the process, under the keys of `engine_key.ts`. */
export class BackendResults implements ResultStore {
  readonly isInMemory = false;
  readonly #options: BackendResultsOptions;
  #functionKeyOnceMade: MaybePromise<FunctionKey> | undefined;

  /** The results of one function in one backend. */
  constructor(options: BackendResultsOptions) {
    this.#options = options;
  }

  get limitMs(): number {
    return this.#options.backend.limitMs;
  }

  nowMs(): number {
    return this.#options.clock.wallNow();
  }

  /** The stored key, where the runtime can hash at once, so that no call hashes twice; else what tells the call from others. */
  keyOf(self: unknown, args: readonly unknown[]): string {
    const text = this.#textOf(self, args);
    const fn = this.#functionKey;
    return isPromise(fn) ? text : storedKeyNow(fn, text);
  }

  #textOf(self: unknown, args: readonly unknown[]): string {
    const { cacheKey, keyArguments, receiverOf } = this.#options;
    if (cacheKey !== undefined) return `k${requireText(cacheKey(...args))}`;
    const receiver = receiverOf(self);
    const instance = receiver === undefined ? "" : instanceText(receiver);
    return `a${instance.length}:${instance}${serializeArguments(keyArguments(args))}`;
  }

  read(key: string): MaybePromise<StoredValue | undefined> {
    const stored = this.#storedKey(key);
    if (isPromise(stored)) return stored.then((stored) => this.#readStored(stored));
    return this.#readStored(stored);
  }

  #readStored(stored: string): MaybePromise<StoredValue | undefined> {
    const entry = this.#options.backend.get(stored);
    return isPromise(entry) ? entry.then((entry) => fromEntry(entry, this.nowMs())) : fromEntry(entry, this.nowMs());
  }

  write(key: string, stored: StoredValue, isWanted: () => boolean): MaybePromise<boolean> {
    return whenReady(
      this.#storedKey(key),
      (storedKey) => this.#options.backend.set(storedKey, toEntry(stored), isWanted),
    );
  }

  put(key: string, stored: StoredValue): MaybePromise<boolean> {
    return whenReady(this.#storedKey(key), (storedKey) => this.#options.backend.store(storedKey, toEntry(stored)));
  }

  delete(key: string): MaybePromise<boolean> {
    return whenReady(this.#storedKey(key), (stored) => this.#options.backend.delete(stored));
  }

  clear(): MaybePromise<unknown> {
    return whenReady(this.#functionKey, ({ prefix }) => this.#options.backend.clear(prefix));
  }

  /** Made when it is first needed: to hash, the runtime may have to load a module. */
  get #functionKey(): MaybePromise<FunctionKey> {
    const { namespace, identity, version } = this.#options;
    return this.#functionKeyOnceMade ??= functionKey(namespace, identity, version);
  }

  /** Of what {@link BackendResults.keyOf} has answered. */
  #storedKey(key: string): MaybePromise<string> {
    const fn = this.#functionKey;
    return isPromise(fn) ? fn.then((fn) => storedKey(fn, key)) : key;
  }
}

/** An entry from the future was made before the time of day went back: nobody knows how old it is. */
function fromEntry(entry: CacheEntry | undefined, nowMs: number): StoredValue | undefined {
  if (entry === UNREADABLE_ENTRY) return UNREADABLE;
  if (entry === undefined || entry.createdAt > nowMs) return undefined;
  return {
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
