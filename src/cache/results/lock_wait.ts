import type { MaybePromise } from "../../call/maybe_promise.ts";
import type { CacheClaim } from "../backend/cache_backend.ts";
import type { KeptEntry } from "../backend/kept_entry.ts";
import type { LockingBackend } from "../backend/lock_methods.ts";
import type { FlightLock } from "./flight_lock.ts";
import { HeldLock } from "./held_lock.ts";
import type { LockNews, LockWaiter } from "./lock_news.ts";
import type { ProcessLockSetup } from "./process_lock_setup.ts";

/** How often those who wait ask where there are no news, at first and at most. */
const MIN_POLL_MS = 5;
const MAX_POLL_MS = 50;
/** News may get lost, so that it is asked now and then all the same. */
const DOUBT_MS = 1_000;

/** What a wait for a lock has come to: the lock, the value that another process has made, or neither. */
export type LockOutcome =
  | { readonly held: HeldLock }
  | { readonly entry: KeptEntry; readonly hasWaited: boolean }
  | undefined;

/** The way of one flight to the lock of its key. */
export class LockWait implements FlightLock, LockWaiter {
  readonly #key: unknown;
  readonly #setup: ProcessLockSetup;
  readonly #news: LockNews;
  readonly #token: string = crypto.randomUUID();
  #storedKey: string | undefined = undefined;
  #isReleased = false;
  #isWoken = false;
  #onWake: (() => void) | undefined = undefined;

  /** One that has not begun. */
  constructor(key: unknown, setup: ProcessLockSetup, news: LockNews) {
    this.#key = key;
    this.#setup = setup;
    this.#news = news;
  }

  /** Waits no longer. */
  release(): void {
    this.#isReleased = true;
    this.wake();
  }

  /** There is nothing to write yet. */
  write(): boolean {
    return false;
  }

  /** Looks again. */
  wake(): void {
    this.#isWoken = true;
    this.#onWake?.();
  }

  /** Claims the lock until it is held, there is a value, or `limitMs` have passed. */
  async outcome(firstSeenAt: number | undefined, limitMs: number): Promise<LockOutcome> {
    const { clock } = this.#setup;
    const untilMs = clock.now() + limitMs;
    let seenAt = firstSeenAt;
    try {
      for (let pollMs = MIN_POLL_MS, hasWaited = false; !this.#isReleased;) {
        const sinceMs = clock.now();
        const claim = await this.#claim(seenAt);
        if (claim === undefined) return undefined;
        if ("held" in claim) return this.#held(sinceMs, seenAt);
        if ("entry" in claim) {
          const entry = await this.#usable(claim);
          if (entry !== undefined) return { entry, hasWaited };
          seenAt = claim.entry.createdAt;
          continue;
        }
        const leftMs = untilMs - clock.now();
        if (leftMs <= 0) return this.#setup.onImpatience();
        hasWaited = true;
        if (await this.#hasFirstNews()) continue;
        const askMs = this.#news.isWatching ? DOUBT_MS : pollMs;
        await this.#pause(Math.min(leftMs, askMs, Math.max(claim.busyMs, MIN_POLL_MS)));
        pollMs = Math.min(MAX_POLL_MS, 2 * pollMs);
      }
      return undefined;
    } finally {
      if (this.#storedKey !== undefined) this.#news.remove(this.#storedKey, this);
    }
  }

  #held(sinceMs: number, seenAt: number | undefined): LockOutcome {
    if (this.#isReleased) return void this.#giveBack();
    const { leaseMs, clock } = this.#setup;
    const requests = {
      claim: () => this.#ask((backend, key) => backend.claim(key, this.#token, leaseMs, seenAt)),
      keep: () => this.#ask((backend, key) => backend.keep(key, this.#token, leaseMs)),
      release: () => this.#giveBack(),
    };
    return { held: new HeldLock(this.#token, requests, leaseMs, sinceMs, clock) };
  }

  async #claim(seenAt: number | undefined): Promise<CacheClaim | undefined> {
    this.#isWoken = false;
    let isGivenUp = false;
    const claim = await this.#ask(async (backend, key) => {
      this.#storedKey = key;
      this.#news.add(key, this, backend);
      const claim = this.#setup.requireClaim(await backend.claim(key, this.#token, this.#setup.leaseMs, seenAt));
      if (isGivenUp && claim !== undefined && "held" in claim) await backend.release(key, this.#token);
      return claim;
    });
    // An answer may yet come, and take a lock that no call waits for any more.
    isGivenUp = claim === undefined;
    return claim;
  }

  #giveBack(): MaybePromise<unknown> {
    return this.#ask((backend, key) => backend.release(key, this.#token));
  }

  /** Listens to news, and returns whether it does so only now: then there may have been some. */
  async #hasFirstNews(): Promise<boolean> {
    if (this.#news.isWatching) return false;
    await this.#ask((backend) => this.#news.watch(backend));
    return this.#news.isWatching;
  }

  /** Fresh, and not invalidated by its tags. */
  async #usable(claim: { readonly entry: KeptEntry }): Promise<KeptEntry | undefined> {
    const { store } = this.#setup;
    const entry = await store.judge(claim.entry);
    return entry !== undefined && store.isFresh(entry) ? entry : undefined;
  }

  #ask<R>(ask: (backend: LockingBackend, storedKey: string) => MaybePromise<R>): MaybePromise<R | undefined> {
    return this.#setup.store.askLocks(this.#key, ask);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#setup.clock.setTimer(ms, () => this.wake());
      this.#onWake = () => {
        timer.cancel();
        resolve();
      };
      if (this.#isWoken) this.#onWake();
    });
  }
}
