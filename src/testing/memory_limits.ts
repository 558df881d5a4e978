import type { Booked, Booking, BookOptions, LimitStore, SettleOptions } from "../limiter/store/limit_store.ts";
import { bookStates, type LimitState, pauseState, settleState } from "../limiter/store/limit_state.ts";
import { SeenClients } from "../limiter/store/seen_clients.ts";
import type { Clock } from "../time/clock.ts";
import { SystemClock } from "../time/system_clock.ts";

/** What {@link memoryLimits} takes. */
export interface MemoryLimitsOptions {
  /** The clock of the store, such as a {@link FakeClock}; by default the system's. */
  readonly clock?: Pick<Clock, "now"> | undefined;
}

/**
 * A store of shared limits in memory, for tests: what gives it to several instances plays several processes.
 *
 * @param options The clock.
 * @returns The store.
 *
 * @example
 * ```ts
 * import { createOpero } from "@opero/core";
 * import { FakeClock, memoryLimits } from "@opero/core/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const clock = new FakeClock();
 * const store = memoryLimits({ clock });
 * const starts: number[] = [];
 * const runs = [1, 2].map(() => {
 *   const { opero } = createOpero({ clock });
 *   return opero(() => void starts.push(clock.now()), { rateLimit: { limit: 10, key: "api", store } })();
 * });
 * await clock.tick("1s");
 * await Promise.all(runs);
 * assertEquals(starts[1]! - starts[0]!, 100);
 * ```
 */
export function memoryLimits(options: MemoryLimitsOptions = {}): LimitStore {
  return new MemoryLimits(options.clock ?? new SystemClock());
}

class MemoryLimits implements LimitStore {
  readonly #clock: Pick<Clock, "now">;
  readonly #states = new Map<string, LimitState>();
  readonly #clients = new Map<string, SeenClients>();
  readonly #watchers = new Map<string, Set<(forMs: number) => void>>();

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  book(bookings: readonly Booking[], options: BookOptions): Promise<Booked> {
    const nowMs = this.#clock.now();
    const known = bookings.map(({ key }) => this.#states.get(key));
    const { answer, states } = bookStates(known, bookings, options, nowMs);
    states?.forEach((state, i) => this.#states.set(bookings[i]!.key, state));
    if ("refused" in answer) return Promise.resolve(answer);
    return Promise.resolve({ ...answer, clients: this.#count(bookings[0]!.key, options.client, nowMs, answer.waitMs) });
  }

  pause(key: string, forMs: number): Promise<void> {
    this.#states.set(key, pauseState(this.#states.get(key), forMs, this.#clock.now()));
    this.#publish(key, forMs);
    return Promise.resolve();
  }

  settle(key: string, cost: number, options: SettleOptions): Promise<void> {
    this.#states.set(key, settleState(this.#states.get(key), cost, options, this.#clock.now()));
    return Promise.resolve();
  }

  reset(key: string): Promise<void> {
    this.#states.delete(key);
    this.#publish(key, 0);
    return Promise.resolve();
  }

  watch(key: string, onPause: (forMs: number) => void): () => void {
    const watchers = this.#watchers.get(key) ?? new Set();
    this.#watchers.set(key, watchers.add(onPause));
    return () => {
      watchers.delete(onPause);
      if (watchers.size === 0) this.#watchers.delete(key);
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  #publish(key: string, forMs: number): void {
    for (const onPause of [...this.#watchers.get(key) ?? []]) onPause(forMs);
  }

  #count(key: string, client: string, nowMs: number, waitMs: number): number {
    const clients = this.#clients.get(key) ?? new SeenClients();
    this.#clients.set(key, clients);
    return clients.see(client, nowMs, nowMs + Math.max(0, waitMs));
  }
}
