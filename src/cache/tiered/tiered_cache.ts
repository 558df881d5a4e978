import { isPromise, type MaybePromise, whenDone, whenReady } from "../../call/maybe_promise.ts";
import type { CacheBackend, CacheEntry } from "../backend/cache_backend.ts";
import { hasLocks, lendLocks, type LockingBackend } from "../backend/lock_methods.ts";
import { NOT_KEPT } from "../backend/not_kept.ts";
import { UNREADABLE_ENTRY } from "../backend/read_entry.ts";
import { noteTiers } from "../backend/tiered_backend.ts";
import { TierCopies } from "./tier_copies.ts";

/**
 * Two caches as one: a small fast one before a large or shared one. An entry that only `second` has is copied to
 * `first`; what is written, removed or cleared is so in both. An answer of `first` comes without a promise where
 * `first` answers without one.
 *
 * A failure of one tier leaves the other in use: in a read the tier that failed counts as empty, a write or removal is
 * tried in both before its failure is thrown. A tier that could not take a new entry is asked to drop the old one.
 * `close()` closes both. Where a tier has locks, for the option `cacheLock`, they are those of the two: the second's if it has
 * some, or else the first's.
 *
 * @param first The fast cache, asked first.
 * @param second The large or shared cache, asked where the first has no entry.
 * @returns The backend.
 *
 * @example
 * ```ts
 * import { memoryCache, opero, tiered } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const shared = memoryCache(); // A Redis, say.
 * const double = opero((n: number) => 2 * n, { cache: true, cacheBackend: tiered(memoryCache(), shared) });
 * assertEquals(await double(21), 42);
 * assertEquals((await double.withMeta(21)).meta.cache, "hit");
 * ```
 */
export function tiered(first: CacheBackend, second: CacheBackend): TieredCache {
  return new TieredCache(first, second);
}

/**
 * What {@link tiered} makes.
 *
 * @example
 * ```ts
 * import { memoryCache, tiered, type TieredCache } from "@opero/core";
 *
 * const cache: TieredCache = tiered(memoryCache(), memoryCache());
 * await cache.close();
 * ```
 */
export class TieredCache implements CacheBackend {
  readonly #first: CacheBackend;
  readonly #second: CacheBackend;
  #copies = new TierCopies();

  /**
   * Puts `first` before `second`.
   *
   * @param first The quick one, such as memory.
   * @param second The one that is asked next, such as Redis.
   */
  constructor(first: CacheBackend, second: CacheBackend) {
    this.#first = first;
    this.#second = second;
    noteTiers(this);
    if (hasLocks(second)) this.#lockBy(second, first);
    else if (hasLocks(first)) this.#lockBy(first, second);
  }

  /** The two. */
  get tiers(): readonly [CacheBackend, CacheBackend] {
    return [this.#first, this.#second];
  }

  /**
   * The same with each tier wrapped, so that what watches over a backend can watch over each by itself.
   *
   * @param wrap Wraps one tier.
   * @returns A cache of the wrapped tiers.
   */
  withTiers(wrap: (tier: CacheBackend) => CacheBackend): TieredCache {
    const wrapped = new TieredCache(wrap(this.#first), wrap(this.#second));
    // The tiers are the same, so what one of them writes or clears is not to be undone by a read of another.
    wrapped.#copies = this.#copies;
    return wrapped;
  }

  /**
   * The entry of `first`, or else of `second`.
   *
   * @param key The key.
   * @returns The entry, or `undefined`.
   * @throws What `second` throws, if both fail.
   */
  get(key: string): MaybePromise<CacheEntry | undefined> {
    return whenDone(
      () => this.#first.get(key),
      (found) => readable(found) ?? this.#getSecond(key, false),
      () => this.#getSecond(key, true),
    );
  }

  /**
   * Keeps `entry` in both tiers.
   *
   * @param key The key.
   * @param entry The entry.
   * @returns Done once both are.
   */
  set(key: string, entry: CacheEntry): MaybePromise<void> {
    const end = this.#copies.beginChange(key);
    const join = (first: boolean, second: boolean) => first || second ? undefined : NOT_KEPT;
    return andEnd(() => this.#inBoth((tier) => setOrDrop(tier, key, entry), join), end);
  }

  /**
   * Removes the entry from both tiers.
   *
   * @param key The key.
   * @returns Whether any had it.
   */
  delete(key: string): MaybePromise<boolean> {
    const end = this.#copies.beginChange(key);
    return andEnd(() => this.#inBoth((tier) => tier.delete(key), (first, second) => first || second), end);
  }

  /**
   * Clears both tiers.
   *
   * @param prefix What the keys to remove begin with.
   * @returns Done once both are.
   */
  clear(prefix: string): MaybePromise<void> {
    const end = this.#copies.beginClear(prefix);
    return andEnd(() => this.#inBoth((tier) => tier.clear(prefix), () => undefined), end);
  }

  /**
   * Closes both tiers.
   *
   * @returns Done once both are.
   */
  close(): MaybePromise<void> {
    return this.#inBoth((tier) => tier.close?.(), () => undefined);
  }

  /** The locks are those of `tier`; what is kept by one is copied to `other`, unless it is refused. */
  #lockBy(tier: LockingBackend, other: CacheBackend): void {
    lendLocks(this, (ask) => ask(tier), tier.watch?.bind(tier));
    const fulfil: LockingBackend["fulfil"] = (key, token, entry) => {
      const end = this.#copies.beginChange(key);
      const copied = () => true;
      const copy = (isKept: boolean) => isKept && whenDone(() => setOrDrop(other, key, entry), copied, copied);
      return andEnd(() => whenReady(tier.fulfil(key, token, entry), copy), end);
    };
    Object.assign(this, { fulfil });
  }

  #getSecond(key: string, hasFirstFailed: boolean): MaybePromise<CacheEntry | undefined> {
    const read = this.#copies.beginRead(key);
    return whenDone(
      () => this.#second.get(key),
      (found) => {
        this.#promote(key, read, readable(found));
        return readable(found);
      },
      (error) => {
        this.#promote(key, read, undefined);
        if (hasFirstFailed) throw error;
        return undefined;
      },
    );
  }

  /** Copies what was read to `first`, unless it was changed meanwhile. It is not awaited, and may fail. */
  #promote(key: string, read: object, entry: CacheEntry | undefined): void {
    if (!this.#copies.endRead(key, read) || entry === undefined) return;
    const nothing = () => {};
    whenDone(() => this.#first.set(key, entry), nothing, nothing);
  }

  /** Does the same in both tiers at once; a failure is thrown when both are done. */
  #inBoth<T, R>(task: (tier: CacheBackend) => MaybePromise<T>, join: (first: T, second: T) => R): MaybePromise<R> {
    const first = outcomeOf(() => task(this.#first));
    const second = outcomeOf(() => task(this.#second));
    if (!isPromise(first) && !isPromise(second)) return joinOutcomes(first, second, join);
    return Promise.all([first, second]).then(([first, second]) => joinOutcomes(first, second, join));
  }
}

/** A guarded tier that could not be asked is as good as empty: the other may be well, and is to be written to. */
function readable(found: CacheEntry | undefined): CacheEntry | undefined {
  return found === UNREADABLE_ENTRY ? undefined : found;
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

function outcomeOf<T>(task: () => MaybePromise<T>): MaybePromise<Outcome<T>> {
  return whenDone<T, Outcome<T>>(task, (value) => ({ value }), (error) => ({ error }));
}

function joinOutcomes<T, R>(first: Outcome<T>, second: Outcome<T>, join: (first: T, second: T) => R): R {
  if ("error" in first) throw first.error;
  if ("error" in second) throw second.error;
  return join(first.value, second.value);
}

/** A tier that cannot take the new entry must not continue with the old one; returns whether it took it. */
function setOrDrop(tier: CacheBackend, key: string, entry: CacheEntry): MaybePromise<boolean> {
  const drop = (end: () => boolean) => whenDone(() => tier.delete(key), end, end);
  return whenDone(
    () => tier.set(key, entry) as MaybePromise<unknown>,
    (answer) => answer === NOT_KEPT ? drop(() => false) : true,
    (error) =>
      drop(() => {
        throw error;
      }),
  );
}

/** Does `task`, and calls `end` when it is done, however it ended. */
function andEnd<R>(task: () => MaybePromise<R>, end: () => void): MaybePromise<R> {
  return whenDone<R, R>(task, (value) => {
    end();
    return value;
  }, (error) => {
    end();
    throw error;
  });
}
