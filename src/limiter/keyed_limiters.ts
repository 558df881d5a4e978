import type { Clock } from "../time/clock.ts";
import type { Rate } from "./rate.ts";
import { RateLimiter } from "./rate_limiter.ts";

/** So few limiters take no room worth a look: those in use would be dropped between two calls, and made anew. */
const FEW = 128;

/** After so many calls a few limiters are looked at. */
const CALLS_A_LOOK = 32;

/** So many: more than there can be new ones meanwhile, so that a round comes to its end. */
const LOOKED_AT = 2 * CALLS_A_LOOK;

/**
 * A limiter per key. Once there are many, all are looked at in turn, whatever keys are asked for, a few at a time, and idle
 * ones are dropped, so the map stays in step with use and no call has to wait for a sweep.
 */
export class KeyedLimiters {
  readonly #rate: Rate;
  readonly #clock: Clock;
  readonly #limiters = new Map<unknown, RateLimiter>();
  #calls = 0;
  /** Whether a round has begun and not ended: it leaves out nobody. */
  #isLooking = false;
  /** Goes round; a map lets those be deleted that were passed. */
  #round: Iterator<[unknown, RateLimiter]> = this.#limiters.entries();

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
    if (++this.#calls >= CALLS_A_LOOK) this.#look();
    const known = this.#limiters.get(key);
    if (known !== undefined) return known;
    const created = new RateLimiter(this.#rate, this.#clock);
    this.#limiters.set(key, created);
    return created;
  }

  #look(): void {
    this.#calls = 0;
    if (!this.#isLooking && this.#limiters.size < FEW) return;
    this.#isLooking = true;
    for (let looked = 0; looked < LOOKED_AT; looked++) {
      const step = this.#round.next();
      if (step.done) {
        this.#round = this.#limiters.entries();
        this.#isLooking = false;
        return;
      }
      const [key, limiter] = step.value;
      if (limiter.isIdle) this.#limiters.delete(key);
    }
  }
}
