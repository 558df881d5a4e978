import type { Clock } from "../clock.ts";
import { ConfigurationError, SerializationError, TimeoutError } from "../errors.ts";
import { formatDuration } from "../duration.ts";
import { interruptible } from "../internal/interruptible.ts";
import type { BackendHealth, CacheOperation } from "./backend_health.ts";
import type { CacheBackend, CacheEntry, MaybePromise } from "./cache_backend.ts";

/** Clearing may mean many thousand entries, and nobody waits for it but who asked for it. */
const CLEAR_TIMEOUTS = 120;

/** What takes the place of an entry that could not be read: it has expired, and what takes its place need not be written. */
export const UNREADABLE_ENTRY: CacheEntry = Object.freeze({
  value: undefined,
  createdAt: -Infinity,
  expiresAt: -Infinity,
  staleUntil: -Infinity,
});

/** What a guard is put up with. */
export interface GuardedCacheOptions {
  /** The backend, which may fail in any way it likes. */
  readonly backend: CacheBackend;
  /** Its health, which all its guards share; `undefined` for one whose parts are guarded by themselves. */
  readonly health: BackendHealth | undefined;
  /** For the limit of an operation. */
  readonly clock: Clock;
  /** How long an operation may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Told of each failure, and of each value that cannot be kept. */
  readonly onError: (operation: CacheOperation, error: unknown) => void;
}

/**
 * A backend that can only help: it never throws or rejects, an operation that fails or takes too
 * long is as good as one that found nothing, and a backend that keeps failing is left alone. What a
 * backend answers at once is passed on at once.
 */
export class GuardedCache {
  readonly #options: GuardedCacheOptions;

  /** A guard around a backend, for one function. */
  constructor(options: GuardedCacheOptions) {
    this.#options = options;
  }

  /** How long an operation may take, but for a clear, in milliseconds. */
  get limitMs(): number {
    return this.#options.timeoutMs;
  }

  /** The entry, `undefined`, or {@link UNREADABLE_ENTRY} where the backend could not be asked. */
  get(key: string): MaybePromise<CacheEntry | undefined> {
    return this.#ask("get", (backend) => backend.get(key), requireEntry, UNREADABLE_ENTRY);
  }

  /** Keeps `entry`; tells whether it was kept. */
  set(key: string, entry: CacheEntry): MaybePromise<boolean> {
    return this.#ask("set", (backend) => backend.set(key, entry), () => true, false);
  }

  /** Removes what is under `key`; tells whether it knows of anything that was. */
  delete(key: string): MaybePromise<boolean> {
    return this.#ask("delete", (backend) => backend.delete(key), Boolean, false);
  }

  /** Removes every entry whose key begins with `prefix`; tells whether it could. */
  clear(prefix: string): MaybePromise<boolean> {
    return this.#ask("clear", (backend) => backend.clear(prefix), () => true, false);
  }

  /** The guard as a backend, to be a tier of another; what is not kept is an error there, so that the tier drops what it had. */
  asBackend(): CacheBackend {
    const requireDone = (isDone: boolean) => {
      if (!isDone) throw new NotDone();
    };
    const orThrow = (answer: MaybePromise<boolean>) =>
      answer instanceof Promise ? answer.then(requireDone) : requireDone(answer);
    return {
      get: (key) => this.get(key),
      set: (key, entry) => orThrow(this.set(key, entry)),
      delete: (key) => this.delete(key),
      clear: (prefix) => orThrow(this.clear(prefix)),
    };
  }

  #ask<R>(
    operation: CacheOperation,
    work: (backend: CacheBackend) => unknown,
    accept: (answer: unknown) => R,
    instead: R,
  ): MaybePromise<R> {
    const { backend, health } = this.#options;
    if (health?.mayAsk(operation) === false) return instead;
    const settle = (answer: unknown): R => {
      const accepted = accept(answer);
      health?.noteSuccess(operation);
      return accepted;
    };
    try {
      const answer = work(backend);
      if (!isThenable(answer)) return settle(answer);
      return this.#inTime(operation, answer).then(settle).catch((error) => this.#fail(operation, error, instead));
    } catch (error) {
      return this.#fail(operation, error, instead);
    }
  }

  #inTime(operation: CacheOperation, answer: PromiseLike<unknown>): Promise<unknown> {
    const { clock, timeoutMs } = this.#options;
    const limitMs = operation === "clear" ? timeoutMs * CLEAR_TIMEOUTS : timeoutMs;
    return interruptible(() => Promise.resolve(answer), (stop) => {
      const timer = clock.setTimer(limitMs, () => {
        stop(new TimeoutError(`The cache took longer than ${formatDuration(limitMs)}`, limitMs));
      });
      return () => timer.cancel();
    });
  }

  #fail<R>(operation: CacheOperation, error: unknown, instead: R): R {
    const { health, onError } = this.#options;
    // A value that cannot be kept says nothing of the backend, but that it is there.
    if (error instanceof SerializationError) health?.noteSuccess(operation);
    else health?.noteFailure(operation, error);
    onError(operation, error);
    return instead;
  }
}

/** A guarded tier did not do what was asked of it; its guard has said why. */
class NotDone extends Error {}

function requireEntry(answer: unknown): CacheEntry | undefined {
  if (answer === undefined) return undefined;
  if (typeof answer !== "object" || answer === null || !("value" in answer)) throw wrongShape();
  const { createdAt, expiresAt, staleUntil } = answer as Record<keyof CacheEntry, unknown>;
  if (![createdAt, expiresAt, staleUntil].every((time) => typeof time === "number" && time >= 0)) throw wrongShape();
  return answer as CacheEntry;
}

function wrongShape(): ConfigurationError {
  return new ConfigurationError("Cannot use what a cache backend answers as 'get' must answer an entry or undefined");
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
