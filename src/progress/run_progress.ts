import type { Clock } from "../time/clock.ts";
import { stderrTerminal } from "../runtime/terminal.ts";
import { reportSafely } from "../runtime/report_safely.ts";
import { type ItemOutcome, Progress, type ProgressState, type ProgressWait } from "./progress.ts";
import { TerminalProgress } from "./terminal_progress.ts";

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
  /** The only source of time. */
  readonly clock: Clock;
}

/**
 * Begins to count a run; `undefined` where no listener is to be notified.
 *
 * @param options The run, and who receives its progress.
 * @returns The progress of the run, or `undefined`.
 */
export function openRunProgress(options: RunProgressOptions): RunProgress | undefined {
  const { progress: shown, label, total, clock, wait } = options;
  if (typeof shown === "function") return new CalledProgress(new Progress(total, clock), shown);
  const terminal = shown ? stderrTerminal() : undefined;
  if (terminal === undefined) return undefined;
  const progress = new Progress(total, clock, wait);
  return new ShownProgress(progress, new TerminalProgress(progress, label, terminal, clock));
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

class ShownProgress implements RunProgress {
  readonly #progress: Progress;
  readonly #shown: TerminalProgress;

  constructor(progress: Progress, shown: TerminalProgress) {
    this.#progress = progress;
    this.#shown = shown;
  }

  count(outcome: ItemOutcome): void {
    this.#progress.count(outcome);
    this.#shown.changed();
  }

  finish(): void {
    this.#shown.finish();
  }
}
