import { abortReason } from "../errors/abort_reason.ts";
import { markedTurn } from "./marked_turn.ts";
import { nextTurn } from "./next_turn.ts";
import { SystemTime } from "./system_time.ts";
import { TimerLists } from "./timer_lists.ts";

/** A timer that can be cancelled. To cancel it twice, or after it fired, does nothing. */
export interface Timer {
  /** Calls the timer off. */
  cancel(): void;
  /** Whether what was to fire it is no longer there, as after a test that faked timers. By default it is. */
  readonly isStale?: boolean;
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
   * It serves where the time is rarely looked at; without it `now` is asked.
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
  /**
   * The same for housekeeping, for which neither a process nor a test should have to wait; without it the runtime's
   * own time serves.
   */
  setBackgroundTimer?(ms: number, callback: () => void): Timer;
}

/** The longest delay that the platforms' `setTimeout` takes; a longer one would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Sums of times are off by less than this. */
const ROUNDING_MS = 1e-6;

/** The clock of the runtime. It asks the globals each time, so that fake timers drive it. */
export class SystemClock implements Clock {
  readonly #time = new SystemTime();
  #era = this.#time.era;
  #timers = timersOf(this.#time);
  /** No 0 in place of `undefined`: the engine keeps a field of numbers unboxed, and makes a box at each reading. */
  #coarseNow: number | undefined = undefined;
  readonly #forgetCoarseNow = (): void => {
    this.#coarseNow = undefined;
    markedTurn.number = 0;
  };

  /** Milliseconds since the process began. */
  now(): number {
    return this.#time.now();
  }

  /** {@link SystemClock.now}, read once in a turn of the event loop: a reading costs more than a call. */
  coarseNow(): number {
    if (this.#coarseNow !== undefined && this.#time.hasOwnDate) return this.#coarseNow;
    // Fake time advances within a turn.
    if (!this.#time.isOwn) return this.#time.now();
    nextTurn(this.#forgetCoarseNow);
    markedTurn.number = ++markedTurn.last;
    return this.#coarseNow = this.#time.now();
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
    const nowMs = this.#time.now();
    if (this.#time.era !== this.#era) {
      // Those set before are left to what they were set with.
      this.#era = this.#time.era;
      this.#timers = timersOf(this.#time);
    }
    return this.#timers.add(ms, callback, nowMs);
  }
}

/**
 * A sleep made of a clock's timers, for clocks to share.
 *
 * @param clock The clock whose timers are used.
 * @param ms How long to sleep, in milliseconds.
 * @param signal Ends the sleep when it aborts.
 * @returns A promise that resolves after the sleep. It rejects with the reason if the signal aborts.
 */
export function sleepWith(clock: Pick<Clock, "setTimer">, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortReason(signal));
    const onAbort = () => {
      timer.cancel();
      reject(abortReason(signal!));
    };
    const timer = clock.setTimer(ms, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** Lists of timers that are fired by the `setTimeout` that is there now, and by no other with another time. */
function timersOf(time: SystemTime): TimerLists {
  const { era } = time;
  let [set, clear] = [setTimeout, clearTimeout];
  return new TimerLists({
    now: () => time.now(),
    reach: (nowMs) => time.reach(nowMs),
    isOver: () => setTimeout !== set,
    schedule: (ms, callback) => {
      // Also a test that fakes the timers and no time is followed.
      if (time.era === era) [set, clear] = [setTimeout, clearTimeout];
      return setLongTimeout(set, clear, ms, callback);
    },
    soon: nextTurn,
  });
}

/** A `setTimeout` that waits out delays of any length, in steps. */
function setLongTimeout(
  set: typeof setTimeout,
  clear: typeof clearTimeout,
  ms: number,
  callback: () => void,
): () => void {
  // Runtimes cut off what is less than a millisecond, and would fire too early by it.
  let remainingMs = Math.ceil(ms - ROUNDING_MS);
  let handle: ReturnType<typeof setTimeout>;
  const arm = () => {
    const stepMs = Math.max(0, Math.min(remainingMs, MAX_TIMEOUT_MS));
    remainingMs -= stepMs;
    handle = set(remainingMs > 0 ? arm : callback, stepMs);
  };
  arm();
  return () => clear(handle);
}
