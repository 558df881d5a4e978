import type { Clock } from "../clock.ts";
import { type Rate, RateLimiter } from "./rate_limiter.ts";

const FIRST_SWEEP_AT = 256;

/** A limiter per key. Idle ones are dropped when the number of keys has doubled, so the map stays in step with use. */
export class KeyedLimiters {
  readonly #rate: Rate;
  readonly #clock: Clock;
  readonly #limiters = new Map<unknown, RateLimiter>();
  #sweepAt = FIRST_SWEEP_AT;

  /** No limiter yet. */
  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** How many keys have a limiter. */
  get size(): number {
    return this.#limiters.size;
  }

  /** The limiter of `key`. */
  of(key: unknown): RateLimiter {
    const known = this.#limiters.get(key);
    if (known !== undefined) return known;
    if (this.#limiters.size >= this.#sweepAt) this.#dropIdle();
    const created = new RateLimiter(this.#rate, this.#clock);
    this.#limiters.set(key, created);
    return created;
  }

  #dropIdle(): void {
    for (const [key, limiter] of this.#limiters) {
      if (limiter.isIdle) this.#limiters.delete(key);
    }
    this.#sweepAt = Math.max(FIRST_SWEEP_AT, this.#limiters.size * 2);
  }
}
