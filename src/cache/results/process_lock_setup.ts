import type { MaybePromise } from "../../call/maybe_promise.ts";
import type { Clock } from "../../time/clock.ts";
import type { CacheClaim, CacheEntry } from "../backend/cache_backend.ts";
import type { KeptEntry } from "../backend/kept_entry.ts";
import type { AskLock } from "./result_store.ts";

/** What runs of one function are shared with. */
export interface ProcessLockSetup {
  /** Where the results and the locks are. */
  readonly store: LockStore;
  readonly clock: Clock;
  /** How long a lock lasts where it is not prolonged, in milliseconds. */
  readonly leaseMs: number;
  /** How long a call waits for another process at most, in milliseconds. */
  readonly maxWaitMs: number;
  /** The deadline of a call without one of its own, in milliseconds, or `Infinity`. */
  readonly deadlineMs: number;
  /** A claim that can be relied on: a backend may answer anything. Throws where it is none. */
  readonly requireClaim: (answer: unknown) => CacheClaim | undefined;
  /** Is called where a wait was in vain. */
  readonly onImpatience: () => undefined;
}

/** What locks need of a store. */
export interface LockStore {
  /** Asks for a lock; `undefined` where the backend failed. */
  askLocks<R>(key: unknown, ask: AskLock<R>): MaybePromise<R | undefined>;
  /** What an entry is as one that was read. */
  judge(entry: CacheEntry): MaybePromise<KeptEntry | undefined>;
  /** Whether it is within its time. */
  isFresh(entry: CacheEntry): boolean;
}
