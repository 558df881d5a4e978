import type { MaybePromise } from "./cache_backend.ts";
import type { StoredValue } from "./memory_store.ts";

/** Why a store could not keep or find a value, and at what. */
export interface StoreTrouble {
  readonly operation: "get" | "set" | "delete" | "clear";
  readonly error: unknown;
}

/** The results of one function, wherever they are kept; the one thing that the cache layer talks to. */
export interface ResultStore {
  /** Whether a read answers at once and costs next to nothing. */
  readonly isInMemory: boolean;
  /** Now, on the clock that the times of its values are on, in milliseconds. */
  nowMs(): number;
  /** The key of a call, for the other methods. */
  keyOf(self: unknown, args: readonly unknown[]): unknown;
  /** What is kept under `key`, fresh or not. */
  read(key: unknown): MaybePromise<StoredValue | undefined>;
  /** Keeps a value. */
  write(key: unknown, stored: StoredValue): MaybePromise<void>;
  /** Removes one; tells whether it was there. */
  delete(key: unknown): MaybePromise<boolean>;
  /** Removes all of this function. */
  clear(): MaybePromise<void>;
}
