import { nextTurn } from "./internal/next_turn.ts";
import { TimerLists } from "./internal/timer_lists.ts";

/** A timer that can be called off. Calling it off twice, or after it fired, does nothing. */
export interface Timer {
  /** Calls the timer off. */
  cancel(): void;
}

/**
 * The engine's only source of time; hand your own to `createOpero({ clock })`, or the fake one of
 * `@opero/core/testing`. All times are milliseconds.
 */
export interface Clock {
  /** A monotonic time: it never goes back, and has no meaning but in differences. */
  now(): number;
  /**
   * A monotonic time that may lag {@link Clock.now} by the length of one turn of the event loop.
   * It serves where the time is seldom looked at; without it `now` is asked.
   */
  coarseNow?(): number;
  /** The time of day, in milliseconds since 1970-01-01T00:00Z. */
  wallNow(): number;
  /**
   * Resolves after `ms`; a delay of any length, `Infinity` too, is waited for in full.
   *
   * @throws {unknown} The signal's reason, at once when it aborts.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `callback` once after `ms`; a delay of any length, `Infinity` too, is waited for in full. */
  setTimer(ms: number, callback: () => void): Timer;
}

/** The longest delay that the platforms' `setTimeout` takes; a longer one would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The clock of the runtime. */
export class SystemClock implements Clock {
  readonly #timers = new TimerLists({ now: systemNow, schedule: setLongTimeout, soon: nextTurn });
  #coarseNow = 0;
  readonly #forgetCoarseNow = (): void => {
    this.#coarseNow = 0;
  };

  /** Milliseconds since the process began. */
  now(): number {
    return systemNow();
  }

  /** {@link SystemClock.now}, read once in a turn of the event loop: a reading costs more than a call. */
  coarseNow(): number {
    if (this.#coarseNow !== 0) return this.#coarseNow;
    if (setImmediate === undefined) return systemNow();
    setImmediate(this.#forgetCoarseNow);
    return this.#coarseNow = systemNow();
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
    return this.#timers.add(ms, callback);
  }
}

/** A sleep made of a clock's timers, for clocks to share. */
export function sleepWith(clock: Pick<Clock, "setTimer">, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      timer.cancel();
      reject(signal!.reason);
    };
    const timer = clock.setTimer(ms, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

const systemNow: () => number = performance.now.bind(performance);

const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };

/** A `setTimeout` that waits out delays of any length, in steps. */
function setLongTimeout(ms: number, callback: () => void): () => void {
  let remainingMs = ms;
  let handle: ReturnType<typeof setTimeout>;
  const arm = () => {
    const stepMs = Math.min(remainingMs, MAX_TIMEOUT_MS);
    remainingMs -= stepMs;
    handle = setTimeout(remainingMs > 0 ? arm : callback, stepMs);
  };
  arm();
  return () => clearTimeout(handle);
}
