import { nextTurn } from "./next_turn.ts";

/** Kept, since a test that fakes the time does not want to keep the loop from turning. */
const trueNow: () => number = performance.now.bind(performance);

/** Work that never waits is interrupted about so often. */
const TURN_MS = 15;

/** The clock is read at every item of slow work, and at every so many of quick work. */
const MAX_STRIDE = 256;

/**
 * Keeps the event loop turning during work that never leaves it, such as a map of a synchronous
 * function: timers, signals and the progress of the run get their turn. It goes by the time that passes
 * in truth, whatever clock the run is given.
 */
export class TurnKeeper {
  #turnMs: number = trueNow();
  #checkMs: number = this.#turnMs;
  #stride = 1;
  #count = 0;
  #turn: Promise<void> | undefined = undefined;

  /** To be asked after every item: what to wait for before the next, if a turn is due. */
  pending(): Promise<void> | undefined {
    if (this.#turn !== undefined || ++this.#count < this.#stride) return this.#turn;
    this.#count = 0;
    const nowMs = trueNow();
    const sinceCheckMs = nowMs - this.#checkMs;
    this.#checkMs = nowMs;
    this.#stride = sinceCheckMs > 1 ? Math.max(1, this.#stride >> 2) : Math.min(this.#stride * 2, MAX_STRIDE);
    if (nowMs - this.#turnMs < TURN_MS) return undefined;
    return this.#turn = new Promise((resolve) => nextTurn(() => this.#turned(resolve)));
  }

  #turned(resolve: () => void): void {
    this.#turn = undefined;
    this.#turnMs = this.#checkMs = trueNow();
    resolve();
  }
}
