import type { LockingBackend } from "../backend/lock_methods.ts";

/** One who waits for a lock. */
export interface LockWaiter {
  /** Something has happened to the lock, or may have. */
  wake(): void;
}

/** Wakes those who wait for locks of one backend, by its news. */
export class LockNews {
  readonly #waiters = new Map<string, Set<LockWaiter>>();
  #unwatch: (() => void) | undefined = undefined;
  #isNeeded = false;

  /** Whether news come. Whether they are needed is only known once a call has to wait. */
  get isWatching(): boolean {
    return this.#unwatch !== undefined;
  }

  /** Lets `waiter` be woken by the news of `key` from now on. */
  add(key: string, waiter: LockWaiter, backend: LockingBackend): void {
    const waiters = this.#waiters.get(key) ?? new Set();
    this.#waiters.set(key, waiters.add(waiter));
    if (this.#isNeeded) this.watch(backend);
  }

  /** Ends that. Without a waiter nothing listens. */
  remove(key: string, waiter: LockWaiter): void {
    const waiters = this.#waiters.get(key);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiters.delete(key);
    if (this.#waiters.size > 0) return;
    this.#unwatch?.();
    this.#unwatch = undefined;
  }

  /** Listens to the news of `backend` from now on, where it has some; what came before was missed. */
  watch(backend: LockingBackend): void {
    this.#isNeeded = true;
    this.#unwatch ??= backend.watch?.((key) => this.#report(key));
  }

  #report(key: string | undefined): void {
    const waiters = key === undefined ? [...this.#waiters.values()] : [this.#waiters.get(key) ?? []];
    for (const waiter of waiters.flatMap((some) => [...some])) waiter.wake();
  }
}
