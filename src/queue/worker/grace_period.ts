import type { Clock, Timer } from "../../time/clock.ts";

/** How long what runs on a worker that is to stop may take to end. */
export class GracePeriod {
  readonly #clock: Clock;
  readonly #onOver: () => void;
  #endMs = Infinity;
  #timer: Timer | undefined = undefined;
  /** Whether it is over. */
  isOver = false;

  /** A period that has no end yet; `onOver` is called at its end. */
  constructor(clock: Clock, onOver: () => void) {
    this.#clock = clock;
    this.#onOver = onOver;
  }

  /** It ends in `ms` milliseconds, unless it ends earlier. */
  endIn(ms: number): void {
    const endMs = this.#clock.now() + ms;
    if (endMs >= this.#endMs) return;
    this.#endMs = endMs;
    this.#timer?.cancel();
    this.#timer = this.#clock.setTimer(ms, () => {
      this.isOver = true;
      this.#onOver();
    });
  }

  /** Its end is not waited for any more. */
  cancel(): void {
    this.#endMs = -Infinity;
    this.#timer?.cancel();
  }
}
