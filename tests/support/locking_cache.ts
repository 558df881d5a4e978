import type { CacheBackend, CacheClaim, CacheEntry } from "@opero/core";

/** What several {@link LockingCache}s share, as processes share a server. */
export interface LockingStore {
  readonly entries: Map<string, CacheEntry>;
  readonly locks: Map<string, { readonly token: string; readonly untilMs: number }>;
  readonly listeners: Set<(key?: string) => void>;
  /** What was asked, in this order. */
  readonly asked: string[];
}

/** Makes an empty store. */
export function lockingStore(): LockingStore {
  return { entries: new Map(), locks: new Map(), listeners: new Set(), asked: [] };
}

/** How a {@link LockingCache} behaves. */
export interface LockingCacheOptions {
  /** The time by which leases end. */
  readonly nowMs: () => number;
  /** Whether it has news. */
  readonly hasNews?: boolean;
  /** Is called before each operation, and may throw, or make it late. */
  readonly before?: (operation: string) => unknown;
}

/** A backend with locks, in memory, which answers later. */
export class LockingCache implements CacheBackend {
  readonly store: LockingStore;
  readonly #options: LockingCacheOptions;
  readonly watch: CacheBackend["watch"];

  constructor(store: LockingStore, options: LockingCacheOptions) {
    this.store = store;
    this.#options = options;
    this.watch = options.hasNews === false ? undefined : (listener) => {
      store.listeners.add(listener);
      return () => store.listeners.delete(listener);
    };
  }

  async get(key: string): Promise<CacheEntry | undefined> {
    await this.#begin("get");
    return this.store.entries.get(key);
  }

  async set(key: string, entry: CacheEntry): Promise<void> {
    await this.#begin("set");
    this.store.entries.set(key, entry);
  }

  async delete(key: string): Promise<boolean> {
    await this.#begin("delete");
    return this.store.entries.delete(key);
  }

  async clear(prefix: string): Promise<void> {
    await this.#begin("clear");
    for (const key of this.store.entries.keys()) if (key.startsWith(prefix)) this.store.entries.delete(key);
  }

  async claim(key: string, token: string, leaseMs: number, seenAt?: number): Promise<CacheClaim> {
    await this.#begin("claim");
    const entry = this.store.entries.get(key);
    if (entry !== undefined && entry.createdAt !== seenAt) return { entry };
    const lock = this.store.locks.get(key);
    const nowMs = this.#options.nowMs();
    if (lock !== undefined && lock.token !== token && lock.untilMs > nowMs) return { busyMs: lock.untilMs - nowMs };
    this.store.locks.set(key, { token, untilMs: nowMs + leaseMs });
    return { held: true };
  }

  async keep(key: string, token: string, leaseMs: number): Promise<boolean> {
    await this.#begin("keep");
    if (!this.#isHeld(key, token)) return false;
    this.store.locks.set(key, { token, untilMs: this.#options.nowMs() + leaseMs });
    return true;
  }

  async fulfil(key: string, token: string, entry: CacheEntry): Promise<boolean> {
    await this.#begin("fulfil");
    if (!this.#isHeld(key, token)) return false;
    this.store.entries.set(key, entry);
    this.#giveBack(key);
    return true;
  }

  async release(key: string, token: string): Promise<void> {
    await this.#begin("release");
    if (this.#isHeld(key, token)) this.#giveBack(key);
  }

  async #begin(operation: string): Promise<void> {
    this.store.asked.push(operation);
    await this.#options.before?.(operation);
  }

  #isHeld(key: string, token: string): boolean {
    const lock = this.store.locks.get(key);
    return lock?.token === token && lock.untilMs > this.#options.nowMs();
  }

  #giveBack(key: string): void {
    this.store.locks.delete(key);
    for (const listener of [...this.store.listeners]) listener(key);
  }
}
