import { type Clock, sleepWith, type Timer } from "../time/clock.ts";
import { type Duration, parseDuration } from "../time/duration.ts";
import { ConfigurationError } from "../errors/configuration_error.ts";
import { nextTurn } from "../time/next_turn.ts";
import { DueOrder } from "./due_order.ts";

interface FakeTimer extends Timer {
  readonly dueMs: number;
  readonly callback: () => void;
  readonly isBackground: boolean;
}

/**
 * A clock that stands still until it is advanced, so that tests of waits need no waiting.
 *
 * @example
 * ```ts
 * import { createOpero } from "@opero/core";
 * import { FakeClock } from "@opero/core/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const clock = new FakeClock();
 * const { opero } = createOpero({ clock });
 * let calls = 0;
 * const flaky = opero(() => {
 *   if (++calls < 3) throw new Error("not yet");
 *   return "done";
 * }, { minDelay: "1m", maxDelay: "1m" });
 *
 * const result = flaky();
 * await clock.tick("2m");
 * assertEquals(await result, "done");
 * ```
 */
export class FakeClock implements Clock {
  #nowMs: number;
  #wallOffsetMs: number;
  readonly #timers = new DueOrder<FakeTimer>();

  /**
   * A clock that starts at the wall time `wallMs` and at the monotonic time 1 000 000 ms.
   *
   * @param wallMs The time of day, in milliseconds since 1970; by default the beginning of 2026.
   */
  constructor(wallMs: number = Date.UTC(2026, 0, 1)) {
    this.#nowMs = 1_000_000;
    this.#wallOffsetMs = wallMs - this.#nowMs;
  }

  /** How many timers are set and not yet fired or cancelled; those for housekeeping, for which no code waits, don't count. */
  get pending(): number {
    let pending = 0;
    for (const { isBackground } of this.#timers.items) if (!isBackground) pending++;
    return pending;
  }

  /**
   * The monotonic time.
   *
   * @returns It, in milliseconds.
   */
  now(): number {
    return this.#nowMs;
  }

  /**
   * The time of day.
   *
   * @returns It, in milliseconds since 1970-01-01T00:00Z.
   */
  wallNow(): number {
    return this.#nowMs + this.#wallOffsetMs;
  }

  /**
   * Sets the time of day, as an administrator or a summer-time change would; timers do not notice.
   *
   * @param wallMs The time of day, in milliseconds since 1970.
   */
  setWallTime(wallMs: number): void {
    this.#wallOffsetMs = wallMs - this.#nowMs;
  }

  /**
   * Waits until the clock has been advanced by `ms`.
   *
   * @param ms How long, in milliseconds.
   * @param signal Ends the wait.
   * @returns Resolves then; rejects with the reason of the signal.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepWith(this, ms, signal);
  }

  /**
   * Calls `callback` once the clock has been advanced by `ms`.
   *
   * @param ms How long, in milliseconds.
   * @param callback What is called.
   * @returns The timer, which can be cancelled.
   */
  setTimer(ms: number, callback: () => void): Timer {
    return this.#add(ms, callback, false);
  }

  /**
   * The same for housekeeping; it is not {@link FakeClock.pending}.
   *
   * @param ms How long, in milliseconds.
   * @param callback What is called.
   * @returns The timer, which can be cancelled.
   */
  setBackgroundTimer(ms: number, callback: () => void): Timer {
    return this.#add(ms, callback, true);
  }

  #add(ms: number, callback: () => void, isBackground: boolean): Timer {
    const timer: FakeTimer = {
      dueMs: this.#nowMs + ms,
      callback,
      isBackground,
      cancel: () => void this.#timers.delete(timer),
    };
    this.#timers.add(timer);
    return timer;
  }

  /**
   * Advances by `duration`, firing the timers that come due in order, each at its time; what they
   * set in motion has run as far as it can before the next fires, and before the answer resolves.
   *
   * @param duration How far: seconds, or with a unit as in `"5m"`.
   * @returns Resolves once all of it has run.
   * @throws {ConfigurationError} If `duration` is no duration.
   */
  async tick(duration: Duration = 0): Promise<void> {
    const ms = parseDuration(duration);
    if (ms === undefined) throw new ConfigurationError("Cannot tick as 'duration' must be a duration");
    const untilMs = this.#nowMs + ms;
    await settle();
    for (let timer = this.#timers.take(untilMs); timer !== undefined; timer = this.#timers.take(untilMs)) {
      this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
      timer.callback();
      await settle();
    }
    this.#nowMs = untilMs;
  }
}

/** Lets everything run that is ready to run, or that was left to the next turn of the event loop. */
function settle(): Promise<void> {
  // The second turn is for what was left to the first; a message would come before microtasks that are ready.
  return new Promise((resolve) => nextTurn(() => nextTurn(resolve)));
}
