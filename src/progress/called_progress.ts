import { reportSafely } from "../runtime/report_safely.ts";
import type { Clock } from "../time/clock.ts";
import type { ShownWorker } from "./seen_workers.ts";
import { type ItemOutcome, Progress, type ProgressState, type ProgressWait } from "./progress.ts";

/** Who is notified of the items of a run. */
export interface RunProgress {
  /** An item is done. */
  count(outcome: ItemOutcome): void;
  /** The run is over. */
  finish(): void;
}

/** What a run that begins shows of itself. */
export interface RunProgressOptions {
  /** Whether to show it on stderr, or what to call with it. */
  readonly progress: boolean | ((state: ProgressState) => void);
  /** What runs. */
  readonly label: string;
  /** How many items there are by now, if that is known. */
  readonly total: () => number | undefined;
  /** What all items that run wait for, if they do. */
  readonly wait: () => ProgressWait | undefined;
  /** Who works, where that is on other machines. */
  readonly workers?: () => readonly ShownWorker[] | undefined;
  /** The only source of time. */
  readonly clock: Clock;
}

/**
 * Begins to count a run for a callback.
 *
 * @param options The run, and what to call.
 * @returns The progress of the run; `undefined` where nothing is to be called.
 */
export function openCalledProgress({ progress, total, clock }: RunProgressOptions): RunProgress | undefined {
  return typeof progress === "function" ? new CalledProgress(new Progress(total, clock), progress) : undefined;
}

class CalledProgress implements RunProgress {
  readonly #progress: Progress;
  readonly #callback: (state: ProgressState) => void;

  constructor(progress: Progress, callback: (state: ProgressState) => void) {
    this.#progress = progress;
    this.#callback = callback;
  }

  count(outcome: ItemOutcome): void {
    this.#progress.count(outcome);
    // What watches a run must not fail it, nor the process where it is async.
    reportSafely(() => this.#callback(this.#progress.state()));
  }

  finish(): void {}
}
