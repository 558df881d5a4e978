import type { Limiter } from "../limiter/limiter.ts";
import type { Clock } from "../time/clock.ts";
import { KeyedParts } from "./keyed_parts.ts";

/** The limiters of a function, one for each key. */
export class LimiterGroup implements Pick<Limiter, "waiting" | "available" | "reset"> {
  readonly #make: () => Limiter;
  readonly #clock: Clock;
  readonly #parts: KeyedParts<Limiter>;
  #pausedUntilMs = -Infinity;

  /** No limiter yet; `make` makes one. */
  constructor(make: () => Limiter, clock: Clock) {
    this.#make = make;
    this.#clock = clock;
    this.#parts = new KeyedParts(() => this.#open());
  }

  /** The limiter of a key. */
  of(key: unknown): Limiter {
    return this.#parts.of(key);
  }

  /** How many wait, whatever their key. */
  get waiting(): number {
    let waiting = 0;
    for (const limiter of this.#parts.all()) waiting += limiter.waiting;
    return waiting;
  }

  /** How many tokens are there for the key that has the fewest. */
  get available(): number {
    let { available } = this.#open();
    for (const limiter of this.#parts.all()) available = Math.min(available, limiter.available);
    return available;
  }

  /** Lets nothing start for `ms` milliseconds, whatever key comes. */
  pause(ms: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#clock.now() + ms);
    for (const limiter of this.#parts.all()) limiter.pause(ms);
  }

  /** Ends a pause and forgets all starts. */
  reset(): void {
    this.#pausedUntilMs = -Infinity;
    for (const limiter of this.#parts.all()) limiter.reset();
  }

  /** A limiter that keeps to the pause under way. */
  #open(): Limiter {
    const limiter = this.#make();
    const leftMs = this.#pausedUntilMs - this.#clock.now();
    if (leftMs > 0) limiter.pause(leftMs);
    return limiter;
  }
}
