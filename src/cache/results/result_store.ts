import type { MaybePromise } from "../../call/maybe_promise.ts";
import type { StoredValue } from "../memory/memory_store.ts";

/** What takes the place of a value that could not be looked for: to write one would most likely cost a second wait. */
export const UNREADABLE: StoredValue = Object.freeze({
  value: undefined,
  createdAtMs: -Infinity,
  expiresAtMs: -Infinity,
  staleUntilMs: -Infinity,
});

/** The results of one function, wherever they are kept; the one thing that the cache layer talks to. */
export interface ResultStore {
  /** Whether a read answers at once and costs next to nothing. */
  readonly isInMemory: boolean;
  /** How long a call waits for it in all, in milliseconds. */
  readonly limitMs: number;
  /** Now, on the clock that the times of its values are on, in milliseconds. */
  nowMs(): number;
  /** The key of a call, for the other methods. */
  keyOf(self: unknown, args: readonly unknown[]): unknown;
  /** What is kept under `key`, fresh or not; {@link UNREADABLE} where nobody knows. */
  read(key: unknown): MaybePromise<StoredValue | undefined>;
  /** Keeps what a call came to, unless it is not wanted any more when it comes to that; tells whether it was kept. */
  write(key: unknown, stored: StoredValue, isWanted: () => boolean): MaybePromise<boolean>;
  /** Keeps a value by name; tells whether it was kept. Throws or rejects where that failed. */
  put(key: unknown, stored: StoredValue): MaybePromise<boolean>;
  /** Removes one; tells whether it was there. Throws or rejects where that failed. */
  delete(key: unknown): MaybePromise<boolean>;
  /** Removes all of this function. Throws or rejects where that failed. */
  clear(): MaybePromise<unknown>;
}
