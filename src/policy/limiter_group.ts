import type { WaitReason } from "../call/call_state.ts";
import type { Limiter } from "../limiter/limiter.ts";
import { PauseEnd } from "../limiter/pause_end.ts";
import type { Clock } from "../time/clock.ts";
import { KeyedParts } from "./keyed_parts.ts";

/** The limiters of a function, one for each key. */
export class LimiterGroup implements Pick<Limiter, "waiting" | "available" | "reset"> {
  readonly #make: (key?: unknown) => Limiter;
  readonly #clock: Clock;
  readonly #parts: KeyedParts<Limiter>;
  #pause = new PauseEnd();

  /** No limiter yet; `make` makes that of a key, or one that `available` is asked of, of no key. */
  constructor(make: (key?: unknown) => Limiter, clock: Clock) {
    this.#make = make;
    this.#clock = clock;
    this.#parts = new KeyedParts((key) => this.#open(key));
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
    if (this.#pause.untilMs > this.#clock.now()) return 0;
    let { available } = this.#make();
    for (const limiter of this.#parts.all()) available = Math.min(available, limiter.available);
    return available;
  }

  /** Lets nothing start for `ms` milliseconds, whatever key comes. */
  pause(ms: number, reason?: WaitReason): void {
    this.#pause.prolong(this.#clock.now() + ms, ms, reason);
    for (const limiter of this.#parts.all()) limiter.pause(ms, reason);
  }

  /** Ends a pause and forgets all starts. */
  reset(): void {
    this.#pause = new PauseEnd();
    for (const limiter of this.#parts.all()) limiter.reset();
  }

  /** A limiter that keeps to the pause under way. */
  #open(key: unknown): Limiter {
    const limiter = this.#make(key);
    const leftMs = this.#pause.untilMs - this.#clock.now();
    if (leftMs > 0) limiter.pause(leftMs, this.#pause.reason);
    return limiter;
  }
}
