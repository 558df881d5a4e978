import type { Clock } from "../../time/clock.ts";
import { nextTurn } from "../../time/next_turn.ts";
import { setHousekeepingTimer } from "../../runtime/housekeeping_timer.ts";
import { isRequestBound } from "../../runtime/request_bound.ts";
import type { MemoryStore } from "./memory_store.ts";

/** Between two sweeps; what has expired is gone within a minute. */
const SWEEP_MS = 30_000;

/** Entries looked at between two turns of the loop, which takes about a millisecond. */
const ENTRIES_PER_TURN = 4_000;

/** A store that has entries which expire. */
interface Watched {
  readonly store: WeakRef<MemoryStore>;
  /** Now, on the clock that the times of its entries are on. */
  readonly nowMs: () => number;
}

/**
 * Removes what has expired from stores in memory, as it may never be asked for again. There is one timer for all stores
 * of an instance, and none while nothing can expire. It keeps neither the process alive nor a store that is not used.
 */
export class ExpirySweeper {
  readonly #clock: Clock;
  readonly #watched = new Map<WeakRef<MemoryStore>, Watched>();
  readonly #references = new WeakMap<MemoryStore, WeakRef<MemoryStore>>();
  #cancel: (() => void) | undefined = undefined;
  #wakesAtMs = Infinity;
  #isSweeping = false;

  /** It looks after no store yet. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A store has an entry that expires before all others in it; `nowMs` reads the clock that its times are on. */
  watch(store: MemoryStore, nowMs: () => number): void {
    const reference = this.#references.get(store) ?? new WeakRef(store);
    this.#references.set(store, reference);
    const watched = { store: reference, nowMs };
    this.#watched.set(reference, watched);
    this.#wakeFor(store.earliestMs - nowMs());
  }

  /** In so many milliseconds something expires. */
  #wakeFor(expiresInMs: number): void {
    if (expiresInMs === Infinity || this.#isSweeping) return;
    const waitMs = Math.max(SWEEP_MS, Number.isNaN(expiresInMs) ? 0 : expiresInMs);
    const atMs = this.#clock.now() + waitMs;
    // A timer that is long overdue has ended with the request that set it.
    const isAwake = this.#wakesAtMs > this.#clock.now() - SWEEP_MS;
    if (isAwake && atMs > this.#wakesAtMs - SWEEP_MS / 10) return;
    this.#cancel?.();
    this.#wakesAtMs = atMs;
    this.#cancel = this.#setTimer(waitMs, () => {
      this.#cancel = undefined;
      this.#wakesAtMs = Infinity;
      this.#sweep();
    });
  }

  #setTimer(ms: number, callback: () => void): () => void {
    const timer = this.#clock.setBackgroundTimer?.(ms, callback);
    if (timer !== undefined) return () => timer.cancel();
    // Whatever the time is on a clock of the user's own, it is looked at once in a while; the time of day may leap, too.
    return setHousekeepingTimer(SWEEP_MS, callback);
  }

  async #sweep(): Promise<void> {
    this.#isSweeping = true;
    for (const { store: reference, nowMs } of this.#watched.values()) await sweepStore(reference, nowMs);
    this.#isSweeping = false;
    let expiresInMs = Infinity;
    for (const { store: reference, nowMs } of this.#watched.values()) {
      const earliestMs = reference.deref()?.earliestMs ?? Infinity;
      if (earliestMs === Infinity) this.#watched.delete(reference);
      else expiresInMs = Math.min(expiresInMs, earliestMs - nowMs());
    }
    this.#wakeFor(expiresInMs);
  }
}

/** The store is not held between two turns. */
async function sweepStore(reference: WeakRef<MemoryStore>, nowMs: () => number): Promise<void> {
  const store = reference.deref();
  if (store === undefined || store.earliestMs > nowMs()) return;
  store.beginSweep();
  const hasTurns = !isRequestBound();
  while (reference.deref()?.sweepSome(nowMs(), ENTRIES_PER_TURN) === false) {
    // A request that ends would end the sweep of all.
    if (hasTurns) await new Promise<void>(nextTurn);
  }
}
