import { type Clock, sleepWith, type Timer } from "./clock.ts";
import { EARLY_MS, setLongTimeout } from "./long_timeout.ts";
import { markedTurn } from "./marked_turn.ts";
import { nextTurn } from "./next_turn.ts";
import { isRequestBound } from "../runtime/request_bound.ts";
import { SystemTime } from "./system_time.ts";

/**
 * The clock of the runtime, with a `setTimeout` for each timer. It asks the globals each time, so that fake timers drive
 * it.
 */
export class PlainClock implements Clock {
  /** The time of the runtime. */
  protected readonly time: SystemTime = new SystemTime();
  /** Whether a timer fires in the life of the request alone that set it, so that none may be shared. */
  protected readonly isRequestBound: boolean = isRequestBound();
  /** No 0 in place of `undefined`: the engine keeps a field of numbers unboxed, and makes a box at each reading. */
  #coarseNow: number | undefined = undefined;
  readonly #forgetCoarseNow = (): void => {
    this.#coarseNow = undefined;
    markedTurn.number = 0;
  };

  /** Milliseconds since the process began. */
  now(): number {
    return this.time.now();
  }

  /** {@link PlainClock.now}, read once in a turn of the event loop: a reading costs more than a call. */
  coarseNow(): number {
    if (this.#coarseNow !== undefined && this.time.hasOwnDate) return this.#coarseNow;
    // Fake time advances within a turn, and a turn of which the request ends has no end.
    if (!this.time.isOwn || this.isRequestBound) return this.time.now();
    nextTurn(this.#forgetCoarseNow);
    markedTurn.number = ++markedTurn.last;
    return this.#coarseNow = this.time.now();
  }

  /** Milliseconds since 1970-01-01T00:00Z. */
  wallNow(): number {
    return Date.now();
  }

  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepWith(this, ms, signal);
  }

  /** Calls `callback` once after `ms`. */
  setTimer(ms: number, callback: () => void): Timer {
    // Platforms fire at once after what is no number: a wrong wait would become a storm of retries.
    const delayMs = Number.isNaN(ms) ? Infinity : Math.max(0, ms);
    const dueMs = this.time.now() + delayMs;
    const cancel = setLongTimeout(setTimeout, clearTimeout, delayMs, () => {
      // Where what drives it does not move the time, a timer that fires knows better.
      if (this.time.now() < dueMs - EARLY_MS) this.time.reach(dueMs);
      callback();
    });
    return { cancel };
  }
}
