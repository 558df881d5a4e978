import { abortReason } from "../errors/abort_reason.ts";

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
  /**
   * A monotonic time: it never goes back, and has no meaning but in differences.
   *
   * @returns Milliseconds since a moment that the clock chooses.
   */
  now(): number;
  /**
   * A monotonic time that may lag {@link Clock.now} by the length of one turn of the event loop.
   * It serves where the time is rarely looked at; without it `now` is asked.
   *
   * @returns Milliseconds since the same moment.
   */
  coarseNow?(): number;
  /**
   * The time of day, in milliseconds since 1970-01-01T00:00Z.
   *
   * @returns Milliseconds since 1970-01-01T00:00Z.
   */
  wallNow(): number;
  /**
   * Resolves after `ms`; a delay of any length, `Infinity` too, is waited for in full.
   *
   * @param ms How long, in milliseconds.
   * @param signal Ends the wait.
   * @throws {unknown} The signal's reason, at once when it aborts.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Calls `callback` once after `ms`; a delay of any length, `Infinity` too, is waited for in full.
   *
   * @param ms How long, in milliseconds.
   * @param callback What is called.
   * @returns The timer, by which it can be cancelled.
   */
  setTimer(ms: number, callback: () => void): Timer;
  /**
   * The same for housekeeping, for which neither a process nor a test should have to wait; without it the runtime's
   * own time serves.
   *
   * @param ms How long, in milliseconds.
   * @param callback What is called.
   * @returns The timer, by which it can be cancelled.
   */
  setBackgroundTimer?(ms: number, callback: () => void): Timer;
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
