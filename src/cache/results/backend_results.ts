import type { Clock } from "../../time/clock.ts";
import { isPromise, type MaybePromise, whenReady } from "../../call/maybe_promise.ts";
import type { CacheEntry } from "../backend/cache_backend.ts";
import { allArguments } from "../key/all_arguments.ts";
import { requireText, serializeArguments } from "../key/cache_key.ts";
import { type FunctionKey, functionKey, storedKey, storedKeyNow } from "../backend/engine_key.ts";
import type { GuardedCache } from "../guard/guarded_cache.ts";
import { instanceText, type ReceiverOf } from "../key/instance.ts";
import type { CacheKeyFunction } from "./memory_results.ts";
import type { AskLock, ResultStore } from "./result_store.ts";

/** Whose results are kept, and where. */
export interface BackendResultsOptions {
  /** Where. */
  readonly backend: GuardedCache;
  /** Returns the time of day, by which outlives the process. */
  readonly clock: Clock;
  /** The first part of every key. */
  readonly namespace: string;
  /** What distinguishes the function from every other, in this process and the next. */
  readonly identity: string;
  /** The version of what it keeps, which is a part of every key. */
  readonly version: string;
  /** Whether what is kept holds more than the result, which no other form of it is to be taken for. */
  readonly isNoted: boolean;
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
  readonly #isKeyedByAll: boolean;
  #functionKeyOnceMade: MaybePromise<FunctionKey> | undefined;
  /** The same where it was there at once. */
  #functionKeyNow: FunctionKey | undefined;

  /** The results of one function in one backend. */
  constructor(options: BackendResultsOptions) {
    this.#options = options;
    this.#isKeyedByAll = options.keyArguments === allArguments;
  }

  get limitMs(): number {
    return this.#options.backend.limitMs;
  }

  nowMs(): number {
    return this.#options.clock.wallNow();
  }

  isFresh(entry: CacheEntry): boolean {
    const nowMs = this.#options.clock.wallNow();
    return nowMs < entry.expiresAt && nowMs >= entry.createdAt;
  }

  mark(): number {
    return 0;
  }

  /** The stored key, where the runtime can hash at once, so that no call hashes twice; else what distinguishes the call from others. */
  keyOf(self: unknown, args: readonly unknown[]): string {
    const text = this.#textOf(self, args);
    const fn = this.#functionKeyNow ??= this.#functionKeyAtOnce();
    return fn === undefined ? text : storedKeyNow(fn, text);
  }

  #textOf(self: unknown, args: readonly unknown[]): string {
    const { cacheKey, keyArguments, receiverOf } = this.#options;
    if (cacheKey !== undefined) return `k${requireText(cacheKey(...args))}`;
    const receiver = self === undefined ? undefined : receiverOf(self);
    const instance = receiver === undefined ? "" : instanceText(receiver);
    return `a${instance.length}:${instance}${serializeArguments(this.#isKeyedByAll ? args : keyArguments(args))}`;
  }

  read(key: string): MaybePromise<CacheEntry | undefined> {
    const { backend } = this.#options;
    if (this.#functionKeyNow !== undefined) return backend.get(key);
    return whenReady(this.#storedKey(key), (stored) => backend.get(stored));
  }

  write(key: string, entry: CacheEntry, isWanted: () => boolean, token?: string): MaybePromise<boolean> {
    return whenReady(this.#storedKey(key), (stored) => this.#options.backend.set(stored, entry, isWanted, token));
  }

  askLocks<R>(key: string, ask: AskLock<R>): MaybePromise<R | undefined> {
    return whenReady(
      this.#storedKey(key),
      (stored) => this.#options.backend.askLocks((backend) => ask(backend, stored)),
    );
  }

  judge(entry: CacheEntry): CacheEntry {
    return entry;
  }

  put(key: string, entry: CacheEntry): MaybePromise<boolean> {
    return whenReady(this.#storedKey(key), (stored) => this.#options.backend.store(stored, entry));
  }

  delete(key: string): MaybePromise<boolean> {
    return whenReady(this.#storedKey(key), (stored) => this.#options.backend.delete(stored));
  }

  clear(): MaybePromise<unknown> {
    return whenReady(this.#functionKey, ({ prefix }) => this.#options.backend.clear(prefix));
  }

  /** Nothing: no tags are kept here. */
  removeTagged(): void {}

  /** Made when it is first needed: to hash, the runtime may have to load a module. */
  get #functionKey(): MaybePromise<FunctionKey> {
    const { namespace, identity, version, isNoted } = this.#options;
    return this.#functionKeyOnceMade ??= functionKey(namespace, identity, version, isNoted);
  }

  #functionKeyAtOnce(): FunctionKey | undefined {
    const fn = this.#functionKey;
    return isPromise(fn) ? undefined : fn;
  }

  /** Of what {@link BackendResults.keyOf} has answered. */
  #storedKey(key: string): MaybePromise<string> {
    const fn = this.#functionKey;
    return isPromise(fn) ? fn.then((fn) => storedKey(fn, key)) : key;
  }
}
