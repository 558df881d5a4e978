import type { Timer } from "../../src/time/clock.ts";
import { SystemClock } from "../../src/time/system_clock.ts";

/** The least that a tick takes. */
const TICK_MS = 10;

/**
 * A clock whose timers count ticks of 10 ms. A busy machine makes ticks late, and in each the loop does what it has to
 * do: so a limit never passes merely because this process was not run, as one of real milliseconds does.
 */
export class TickClock extends SystemClock {
  /** How much passes in a tick: more than 10 ms makes time go faster. */
  readonly #msOfTick: number;

  constructor(msOfTick: number) {
    super();
    this.#msOfTick = msOfTick;
  }

  override setTimer(ms: number, callback: () => void): Timer {
    let left = Math.ceil(ms / this.#msOfTick);
    const ticker = setInterval(() => {
      if (--left > 0) return;
      clearInterval(ticker);
      callback();
    }, TICK_MS);
    return { cancel: () => clearInterval(ticker) };
  }
}
