import type { Clock } from "../../time/clock.ts";
import type { MaybePromise } from "../../call/maybe_promise.ts";
import type { LogFields } from "../../telemetry/logger.ts";

/**
 * What a cache keeps: the value and its times, in milliseconds since 1970-01-01T00:00Z, `Infinity` for never. Where the
 * library keeps it in memory for itself alone, the times are those of a monotonic clock.
 */
export interface CacheEntry {
  /** The value, `undefined` and `null` too. */
  readonly value: unknown;
  /** When it was stored. */
  readonly createdAt: number;
  /** From this time on it is no longer fresh. */
  readonly expiresAt: number;
  /** From this time on it is of no use, not even stale, and may be removed; never before `expiresAt`. */
  readonly staleUntil: number;
}

/**
 * What comes of a claim to a lock: the lock is `held` now by the token that claimed it; or another token has it for
 * `busyMs` milliseconds more, unless it is prolonged; or there is no need for it, as there is another `entry` by now.
 */
export type CacheClaim =
  | { readonly held: true }
  | { readonly busyMs: number }
  | { readonly entry: CacheEntry };

/**
 * Where cached results are kept. A backend keeps envelopes under text keys and does not judge
 * freshness: the engine does when it reads an entry. It may throw or reject, which the engine takes for a
 * miss; it may answer without a promise, which is faster. Any text is a key, hostile text too.
 *
 * For the option `cacheLock` it has `claim`, `keep`, `fulfil` and `release` as well: a lock for each key, which a
 * token holds for a while (its lease). Each of them is one step, which nothing comes between. A lock past its lease is free.
 */
export interface CacheBackend {
  /**
   * The entry under `key`, or `undefined` where there is none. An entry past `staleUntil` may be left out.
   *
   * @param key The key.
   * @returns The entry, or `undefined`; a promise of either where that takes time.
   */
  get(key: string): MaybePromise<CacheEntry | undefined>;
  /**
   * Keeps `entry` under `key` in place of what was there. Throws a `SerializationError` where it cannot keep the value,
   * say as it is larger than its bounds.
   *
   * @param key The key.
   * @param entry The entry.
   */
  set(key: string, entry: CacheEntry): MaybePromise<void>;
  /**
   * Removes what is under `key`; returns whether there was anything.
   *
   * @param key The key.
   * @returns `true` where there was an entry.
   */
  delete(key: string): MaybePromise<boolean>;
  /**
   * Removes every entry whose key begins with `prefix`; all of them for `""`.
   *
   * @param prefix What the keys to remove begin with.
   */
  clear(prefix: string): MaybePromise<void>;
  /** Closes what it opened itself, and nothing else. */
  close?(): MaybePromise<void>;
  /**
   * Takes the lock of `key` for `token`, unless there is an entry under `key` that was not created at `seenAt`, the
   * `createdAt` of the one that is to be replaced. Who holds the lock already gets it anew.
   *
   * @param key The key.
   * @param token What tells the owner from others.
   * @param leaseMs How long the lock lasts where it is not prolonged, in milliseconds.
   * @param seenAt The `createdAt` of the entry that is to be replaced; `undefined` where there is none.
   * @returns Whether the lock is held now, who else has it for how long, or the entry that is there by now.
   */
  claim?(key: string, token: string, leaseMs: number, seenAt?: number): MaybePromise<CacheClaim>;
  /**
   * Lets the lock of `token` last for `leaseMs` from now on; returns whether it was its lock still.
   *
   * @param key The key.
   * @param token What tells the owner from others.
   * @param leaseMs How long it is held without a sign of life, in milliseconds.
   * @returns `true` where the lock was that of `token` still.
   */
  keep?(key: string, token: string, leaseMs: number): MaybePromise<boolean>;
  /**
   * Does as `set` and gives the lock back, if it is that of `token` still; otherwise it does nothing and returns `false`.
   *
   * @param key The key.
   * @param token What tells the owner from others.
   * @param entry The entry.
   * @returns `true` where the entry was stored.
   */
  fulfil?(key: string, token: string, entry: CacheEntry): MaybePromise<boolean>;
  /**
   * Gives the lock back, if it is that of `token`.
   *
   * @param key The key.
   * @param token What tells the owner from others.
   */
  release?(key: string, token: string): MaybePromise<void>;
  /**
   * Calls `listener` with each key whose lock was given back, by any process, and without one where such news may have
   * been missed. Where a backend has no such news, those who wait ask again and again.
   *
   * @returns Ends that.
   */
  readonly watch?: ((listener: (key?: string) => void) => () => void) | undefined;
}

/** What a backend that is opened by its name is given by the instance that opens it. */
export interface CacheBackendHost {
  /** The instance's clock: expiry is judged by its `wallNow()`. */
  readonly clock: Clock;
  /** Writes a warning line; never with a key, a value or a credential in it. */
  readonly warn: (message: string, fields?: LogFields) => void;
  /** Warns on stderr, once a `kind`, of a set-up that is useless or unsafe; never with a key, a value or a credential in it. */
  readonly warnOnce?: (kind: string, message: string) => void;
}

/**
 * Opens a backend from its configuration, without waiting: a connection is made on first use.
 *
 * @throws {ConfigurationError} If the configuration is wrong or the platform lacks what it needs.
 */
export type CacheBackendFactory = (config: Readonly<Record<string, unknown>>, host: CacheBackendHost) => CacheBackend;
