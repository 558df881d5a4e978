import type { Clock } from "./clock.ts";
import { nextTurn } from "./next_turn.ts";
import { backgroundTurn } from "../runtime/background_turn.ts";

/** How long the loop may be held up between two turns of it. */
const SLICE_MS = 4;

/** Steps of a slice where the clock does not move, a fake one's say. */
const MAX_STEPS = 256;

/** Cuts long work on a store into slices, so that calls get their turns between. */
export class Slices {
  readonly #clock: Pick<Clock, "now">;
  readonly #isAwaited: boolean;
  #steps = 0;
  #beganMs: number;

  /** Work that begins now; the process stays alive for it where its end is awaited. */
  constructor(clock: Pick<Clock, "now">, isAwaited: boolean) {
    this.#clock = clock;
    this.#isAwaited = isAwaited;
    this.#beganMs = clock.now();
  }

  /** Is called after each small step, and waits for a turn of the loop where it is time. */
  step(): Promise<void> | void {
    if (++this.#steps < MAX_STEPS && this.#clock.now() - this.#beganMs < SLICE_MS) return;
    return this.turn();
  }

  /** Waits for a turn of the loop. */
  async turn(): Promise<void> {
    await (this.#isAwaited ? new Promise<void>(nextTurn) : backgroundTurn());
    this.#steps = 0;
    this.#beganMs = this.#clock.now();
  }
}
