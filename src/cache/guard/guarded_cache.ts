import { SerializationError } from "../../errors/serialization_error.ts";
import type { Permit } from "../../breaker/circuit_breaker.ts";
import { type FailureContext, NO_PERMITS } from "./backend_health.ts";
import { isPromise, type MaybePromise } from "../../call/maybe_promise.ts";
import type { CacheBackend, CacheEntry } from "../backend/cache_backend.ts";
import { type AskLocks, hasLocks, lendLocks, type LockingBackend } from "../backend/lock_methods.ts";
import { NOT_KEPT } from "../backend/not_kept.ts";
import { requireEntry, UNREADABLE_ENTRY } from "../backend/read_entry.ts";
import { answerInTime } from "./answer_in_time.ts";
import type { GuardedCacheOptions } from "./guard_options.ts";
import type { GuardedWork } from "./guarded_work.ts";

/** Clearing may mean many thousand entries, and only the code that asked for it waits. */
const CLEAR_TIMEOUTS = 120;

/** How long what was asked for by name waits for the writes before it. */
export const PATIENCE_TIMEOUTS = 8;

/**
 * A backend that never fails a call: an operation for a call never throws or rejects. One that fails or takes too long
 * counts as a miss, and a backend that keeps failing gets no operations while the circuit is open. A synchronous result
 * is returned synchronously. An operation that the user asks for by name, to store, delete or clear, is always tried,
 * and fails if the backend fails.
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

  /** Whether the next operation is the first of a backend that has to be opened. */
  get isFirst(): boolean {
    return this.#options.isFirst();
  }

  /**
   * The guard as a tier of another backend; what is asked of it there may have been asked for by name. Where not, `set`
   * answers {@link NOT_KEPT} for what was not kept.
   */
  asTier(isNamed: boolean): CacheBackend {
    const { backend } = this.#options;
    const tier: CacheBackend = {
      get: (key) => this.get(key),
      set: (key, entry) => {
        const storing: MaybePromise<unknown> = isNamed ? this.store(key, entry) : this.set(key, entry);
        return storing as MaybePromise<void>;
      },
      delete: (key) => isNamed ? this.delete(key) : this.#drop(key),
      clear: (prefix) => this.clear(prefix),
    };
    if (!hasLocks(backend)) return tier;
    lendLocks(tier, this.askLocks as AskLocks, backend.watch?.bind(backend));
    tier.fulfil = (key, token, entry) => this.set(key, entry, always, token);
    return tier;
  }

  /** Asks for what only backends with locks do; `undefined` where the backend failed, or is not worth asking. */
  readonly askLocks = <R>(ask: (backend: LockingBackend) => MaybePromise<R>): MaybePromise<R | undefined> => {
    const { backend, timeoutMs } = this.#options;
    const act = () => ask(backend as LockingBackend);
    return this.#ask({ operation: "lock", act, accept: (answer) => answer as R, limitMs: timeoutMs }, undefined);
  };

  /** The entry, `undefined`, or {@link UNREADABLE_ENTRY} where the backend could not be asked. */
  get(key: string): MaybePromise<CacheEntry | undefined> {
    const { backend, state, timeoutMs } = this.#options;
    const permits = state === undefined ? NO_PERMITS : state.health.tryAcquire("get");
    if (permits === undefined) return UNREADABLE_ENTRY;
    const work: GuardedWork<CacheEntry | undefined> = {
      operation: "get",
      act: () => backend.get(key),
      accept: requireEntry,
      limitMs: timeoutMs,
    };
    return this.#do(work, permits, unreadable);
  }

  /**
   * Keeps `entry`, unless it is no longer wanted once its turn has come, or the lock of its key is not that of `token` where
   * one is given; returns whether it was kept.
   */
  set(key: string, entry: CacheEntry, isWanted: () => boolean = always, token?: string): MaybePromise<boolean> {
    const { backend, timeoutMs } = this.#options;
    return this.#ask(this.#writing(backend, key, entry, timeoutMs, isWanted, token), false);
  }

  /** Keeps `entry`; returns whether it was kept. Throws, or rejects, where the backend failed. */
  store(key: string, entry: CacheEntry): MaybePromise<boolean> {
    return this.#insist(this.#writing(this.#named, key, entry, this.#namedLimitMs(key), always));
  }

  /** Removes what is under `key`; returns whether it knows of anything that was. Throws, or rejects, where it could not. */
  delete(key: string): MaybePromise<boolean> {
    return this.#insist(this.#removal(this.#named, key));
  }

  /** Removes every entry whose key begins with `prefix`. Throws, or rejects, where it could not. */
  clear(prefix: string): MaybePromise<void> {
    const { state, timeoutMs } = this.#options;
    const clear = () => this.#named.clear(prefix);
    return this.#insist({
      operation: "clear",
      act: () => state === undefined ? clear() : state.order.clear(prefix, clear),
      accept: () => undefined,
      limitMs: timeoutMs * CLEAR_TIMEOUTS,
    });
  }

  /** Removes what no new entry could take the place of, as far as the backend is worth asking. */
  #drop(key: string): MaybePromise<boolean> {
    return this.#ask(this.#removal(this.#options.backend, key), false);
  }

  get #named(): CacheBackend {
    return this.#options.named ?? this.#options.backend;
  }

  #namedLimitMs(key: string): number {
    const { state, timeoutMs } = this.#options;
    return state === undefined || state.order.isBusy(key) ? timeoutMs * (1 + PATIENCE_TIMEOUTS) : timeoutMs;
  }

  #writing(
    backend: CacheBackend,
    key: string,
    entry: CacheEntry,
    limitMs: number,
    isWanted: () => boolean,
    token?: string,
  ): GuardedWork<boolean> {
    const { state } = this.#options;
    const keep = (): unknown =>
      token === undefined ? backend.set(key, entry) : (backend as LockingBackend).fulfil(key, token, entry);
    const set = () => isWanted() ? keep() : UNWANTED;
    return {
      operation: "set",
      act: () => state === undefined ? set() : state.order.change<unknown>(key, set),
      accept: (answer) => token === undefined ? this.#wasKept(answer) : answer === true,
      limitMs,
    };
  }

  #removal(backend: CacheBackend, key: string): GuardedWork<boolean> {
    const { state } = this.#options;
    const remove = () => backend.delete(key);
    return {
      operation: "delete",
      act: () => state === undefined ? remove() : state.order.change(key, remove),
      accept: Boolean,
      limitMs: this.#namedLimitMs(key),
    };
  }

  #wasKept(answer: unknown): boolean {
    // Not by `===`: once V8 has seen `undefined` beside `false` it drops what it compiles for that, again and again.
    if (!Object.is(answer, NOT_KEPT)) return answer !== UNWANTED;
    // A guarded tier has reported it itself.
    if (this.#options.state !== undefined) this.#options.onError("set", notKept());
    return false;
  }

  #ask<R>(work: GuardedWork<R>, instead: R): MaybePromise<R> {
    const { state } = this.#options;
    const permits = state === undefined ? NO_PERMITS : state.health.tryAcquire(work.operation);
    return permits === undefined ? instead : this.#do(work, permits, () => instead);
  }

  #insist<R>(work: GuardedWork<R>): MaybePromise<R> {
    return this.#do(work, NO_PERMITS, undefined);
  }

  /** Does it, and records how the backend did. Where it failed the result is that of `orElse`; without one it throws or rejects. */
  #do<R>(work: GuardedWork<R>, permits: readonly Permit[], orElse: (() => R) | undefined): MaybePromise<R> {
    const { state, clock, connectTimeoutMs } = this.#options;
    const isFirst = state === undefined || !state.health.wasAsked ? this.#recordRequest() : false;
    const closings = state?.health.closings;
    let answer: unknown;
    try {
      answer = work.act();
      if (!isPromise(answer)) {
        const accepted = work.accept(answer);
        state?.health.recordSuccess(work.operation);
        return accepted;
      }
    } catch (error) {
      return this.#fail(work, error, { isFirst, isNamed: orElse === undefined, permits, closings }, orElse);
    }
    return answerInTime(answer, isFirst ? Math.max(work.limitMs, connectTimeoutMs) : work.limitMs, clock, {
      onAnswer: (answer) => this.#accept(work, answer),
      onFailure: (error) =>
        this.#fail(work, error, { isFirst, isNamed: orElse === undefined, permits, closings }, orElse),
    });
  }

  /** Whether this operation is the first of all, of a backend that has to be opened. */
  #recordRequest(): boolean {
    const isFirst = this.#options.isFirst();
    this.#options.state?.health.recordRequest(isFirst);
    return isFirst;
  }

  #accept<R>(work: GuardedWork<R>, answer: unknown): R {
    const accepted = work.accept(answer);
    this.#options.state?.health.recordSuccess(work.operation);
    return accepted;
  }

  #fail<R>(
    { operation }: GuardedWork<R>,
    error: unknown,
    { closings, ...context }: Omit<FailureContext, "functionName"> & { readonly closings: number | undefined },
    orElse: (() => R) | undefined,
  ): R {
    const { state, functionName, onError } = this.#options;
    if (state !== undefined && state.health.closings !== closings) {
      // It was closed meanwhile, which is no trouble.
      state.health.release(operation, context.permits);
    } else {
      // A value that cannot be kept says nothing of the backend, but that it is there.
      if (error instanceof SerializationError) state?.health.recordSuccess(operation);
      else state?.health.recordFailure(operation, error, { ...context, functionName });
      // The failure of a tier was reported by its own guard.
      if (state !== undefined || !context.isNamed) onError(operation, error);
    }
    if (orElse === undefined) throw error;
    return orElse();
  }
}

const UNWANTED = Symbol("unwanted");

function unreadable(): CacheEntry {
  return UNREADABLE_ENTRY;
}

function always(): boolean {
  return true;
}

function notKept(): SerializationError {
  return new SerializationError("it is larger than the 'maxBytes' of its cache backend");
}
