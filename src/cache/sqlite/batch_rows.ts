import { isPromise } from "../../call/maybe_promise.ts";
import type { Clock } from "../../time/clock.ts";

const FIRST_ROWS = 128;
const MAX_ROWS = 1_024;
const SLOW_MS = 8;
const QUICK_MS = 2;

/** How many rows one statement takes: as many as a few milliseconds allow, since their sizes are unknown. */
export class BatchRows {
  readonly #clock: Pick<Clock, "now">;
  #count = FIRST_ROWS;

  /** A size to begin with, adapted by the times of `clock`. */
  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** Rows for the next statement. */
  get count(): number {
    return this.#count;
  }

  /** Runs a statement, and takes more or fewer rows the next time. One that had to wait for others tells nothing. */
  timed<R>(run: () => R): R {
    const startedMs = this.#clock.now();
    const answer = run();
    if (isPromise(answer)) return answer;
    const tookMs = this.#clock.now() - startedMs;
    if (tookMs > SLOW_MS) this.#count = Math.max(1, this.#count >> 1);
    else if (tookMs < QUICK_MS) this.#count = Math.min(MAX_ROWS, this.#count * 2);
    return answer;
  }
}
