import type { MaybePromise } from "../../call/maybe_promise.ts";
import type { CacheEntry } from "../backend/cache_backend.ts";
import type { KeptEntry } from "../backend/kept_entry.ts";
import type { LockingBackend } from "../backend/lock_methods.ts";

/** The results of one function, wherever they are kept; the one thing that the cache layer talks to. */
export interface ResultStore {
  /** Whether a lookup answers at once and costs next to nothing. */
  readonly isInMemory: boolean;
  /** How long a call waits for it in all, in milliseconds. */
  readonly limitMs: number;
  /** Now, on the clock that the times of its values are on, in milliseconds. */
  nowMs(): number;
  /** The key of a call, for the other methods. */
  keyOf(self: unknown, args: readonly unknown[]): unknown;
  /** Whether `entry` is within its time. */
  isFresh(entry: CacheEntry): boolean;
  /** What is kept under `key`, fresh or not; `UNREADABLE_ENTRY` where that is unknown. */
  read(key: unknown): MaybePromise<KeptEntry | undefined>;
  /**
   * Keeps the result of a call, unless it is not wanted any more when it comes to that, or the lock of its key is not that of
   * `token` where one is given; returns whether it was kept.
   */
  write(key: unknown, entry: KeptEntry, isWanted: () => boolean, token?: string): MaybePromise<boolean>;
  /** Keeps a value by name; returns whether it was kept. Throws or rejects where that failed. */
  put(key: unknown, entry: KeptEntry): MaybePromise<boolean>;
  /** Removes one; returns whether it was there. Throws or rejects where that failed. */
  delete(key: unknown): MaybePromise<boolean>;
  /** Removes all of this function. Throws or rejects where that failed. */
  clear(): MaybePromise<unknown>;
  /** The moment, which says of versions of tags whether they were seen before a run began. */
  mark(): number;
  /** Removes what bears one of `tags`, where that is known. */
  removeTagged(tags: readonly string[]): void;
  /** Asks for the lock of `key` where the backend has locks; `undefined` where the backend failed, or is not worth asking. */
  askLocks?<R>(key: unknown, ask: AskLock<R>): MaybePromise<R | undefined>;
  /** What an entry that came of that is as one that was read. */
  judge?(entry: CacheEntry): MaybePromise<KeptEntry | undefined>;
}

/** Asks a backend for the lock of the key as it knows it. */
export type AskLock<R> = (backend: LockingBackend, storedKey: string) => MaybePromise<R>;
