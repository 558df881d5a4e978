import { isOperoError } from "../errors/opero_error.ts";
import type { Clock, Timer } from "../time/clock.ts";

/** The time between two looks, in milliseconds. */
const LOOK_MS = 1_000;

/** So many looks in a row in which nothing came and the engine has nothing: it has forgotten. */
const MAX_EMPTY_LOOKS = 2;

/** How long there may be no worker before that is said, in milliseconds. */
const NO_WORKER_MS = 5_000;

/** What is looked at. */
export interface WatchedLine {
  /** The slots of the workers that were heard of. */
  readonly slots: number;
  /** Whether the engine should have all that is not settled. */
  readonly isAllSent: boolean;
  /** How many frames the engine still has. */
  waiting(): Promise<number>;
  /** Sends what is not settled again. */
  onForgotten(): void;
  /** There has been no worker for a while. */
  onNoWorker(): void;
  /** The engine has ended, with all that was sent. */
  onEnded(error: unknown): void;
}

/** Looks from time to time whether what was sent is still there, and whether there is a worker to run it. */
export class LineWatch {
  readonly #line: WatchedLine;
  readonly #clock: Clock;
  #timer: Timer | undefined = undefined;
  #emptyLooks = 0;
  #noWorkerMs = 0;
  #hasNews = false;

  /** A watch that is not looking. */
  constructor(line: WatchedLine, clock: Clock) {
    this.#line = line;
    this.#clock = clock;
  }

  /** There is something to wait for. */
  start(): void {
    this.#timer ??= this.#clock.setTimer(LOOK_MS, () => void this.#look());
  }

  /** There is nothing to wait for. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#emptyLooks = this.#noWorkerMs = 0;
  }

  /** Something was settled. */
  noteNews(): void {
    this.#hasNews = true;
  }

  async #look(): Promise<void> {
    const timer = this.#timer;
    this.#noWorkerMs = this.#line.slots > 0 ? 0 : this.#noWorkerMs + LOOK_MS;
    if (this.#noWorkerMs >= NO_WORKER_MS) this.#line.onNoWorker();
    const isEmpty = this.#line.isAllSent && !this.#hasNews && await this.#isForgotten();
    this.#emptyLooks = isEmpty && !this.#hasNews ? this.#emptyLooks + 1 : 0;
    this.#hasNews = false;
    // It was stopped meanwhile.
    if (timer !== this.#timer) return;
    this.#timer = undefined;
    this.start();
    if (this.#emptyLooks < MAX_EMPTY_LOOKS) return;
    this.#emptyLooks = 0;
    this.#line.onForgotten();
  }

  async #isForgotten(): Promise<boolean> {
    try {
      return await this.#line.waiting() === 0;
    } catch (error) {
      // One that is only away is back some time, and then it is seen what it has.
      if (isOperoError(error)) this.#line.onEnded(error);
      return false;
    }
  }
}
