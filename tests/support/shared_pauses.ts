import type { Clock } from "../../src/time/clock.ts";

/** Ends fall on multiples of this, in milliseconds. */
const GRAIN_MS = 5;

/** Pauses of many that end together: for millions of them a timer each would take most of the time of a simulation. */
export class SharedPauses {
  readonly #clock: Clock;
  readonly #ends = new Map<number, Promise<void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves after `ms`, or up to 5 ms later. */
  pause(ms: number): Promise<void> {
    const nowMs = this.#clock.now();
    const endMs = Math.ceil((nowMs + ms) / GRAIN_MS) * GRAIN_MS;
    let end = this.#ends.get(endMs);
    if (end === undefined) {
      end = this.#clock.sleep(endMs - nowMs).then(() => void this.#ends.delete(endMs));
      this.#ends.set(endMs, end);
    }
    return end;
  }
}
