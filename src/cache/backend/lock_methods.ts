import { type MaybePromise, whenReady } from "../../call/maybe_promise.ts";
import type { CacheBackend } from "./cache_backend.ts";

/** A backend that has locks. */
export type LockingBackend = CacheBackend & Required<Pick<CacheBackend, "claim" | "keep" | "fulfil" | "release">>;

/**
 * Whether `backend` has locks.
 *
 * @param backend A backend of the library or of the user.
 * @returns `true` if it has all that the option `cacheLock` needs.
 */
export function hasLocks(backend: CacheBackend): backend is LockingBackend {
  return (backend.claim && backend.keep && backend.fulfil && backend.release) !== undefined;
}

/** Asks the backend that stands behind another. */
export type AskLocks = <R>(ask: (backend: LockingBackend) => MaybePromise<R>) => MaybePromise<R>;

/**
 * Gives `target` the locks of the backend that stands behind it.
 *
 * @param target A backend without locks of its own.
 * @param ask Asks the other backend.
 * @param watch Listens to that one's news, where it has some.
 */
export function lendLocks(target: CacheBackend, ask: AskLocks, watch?: CacheBackend["watch"]): void {
  const locks: Omit<LockingBackend, keyof PlainBackend> = {
    claim: (key, token, ...rest) => {
      let answer: unknown = key;
      const use = (backend: LockingBackend) =>
        whenReady(backend.claim(key, token, ...rest), (claim) => {
          // What asks may wait no longer, and has answered nothing then: no call has the lock.
          if (answer === undefined && "held" in claim) void backend.release(key, token);
          return claim;
        });
      return whenReady(ask(use), (claim) => answer = claim);
    },
    keep: (...args) => ask((backend) => backend.keep(...args)),
    fulfil: (...args) => ask((backend) => backend.fulfil(...args)),
    release: (...args) => ask((backend) => backend.release(...args)),
  };
  Object.assign(target, locks, watch && { watch });
}

type PlainBackend = Pick<CacheBackend, "get" | "set" | "delete" | "clear" | "close" | "watch">;
