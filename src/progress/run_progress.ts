import type { Clock } from "../clock.ts";
import { stderrTerminal } from "../runtime/terminal.ts";
import { Progress, type ProgressState } from "./progress.ts";
import { TerminalProgress } from "./terminal_progress.ts";

/** Who is told of the items of a run. */
export interface RunProgress {
  /** An item is done. */
  count(isFailed: boolean): void;
  /** The run is over. */
  finish(): void;
}

/** What a run that begins shows of itself. */
export interface RunProgressOptions {
  /** Whether to show it on stderr, or what to call with it. */
  readonly progress: boolean | ((state: ProgressState) => void);
  /** What runs. */
  readonly label: string;
  /** All items, if that is known. */
  readonly total: number | undefined;
  /** The only source of time. */
  readonly clock: Clock;
}

/** Begins to count a run; `undefined` where nobody is to be told. */
export function openRunProgress({ progress: shown, label, total, clock }: RunProgressOptions): RunProgress | undefined {
  if (typeof shown === "function") return new CalledProgress(new Progress(total, clock), shown);
  const terminal = shown ? stderrTerminal() : undefined;
  if (terminal === undefined) return undefined;
  const progress = new Progress(total, clock);
  return new ShownProgress(progress, new TerminalProgress(progress, label, terminal, clock));
}

class CalledProgress implements RunProgress {
  readonly #progress: Progress;
  readonly #callback: (state: ProgressState) => void;

  constructor(progress: Progress, callback: (state: ProgressState) => void) {
    this.#progress = progress;
    this.#callback = callback;
  }

  count(isFailed: boolean): void {
    this.#progress.count(isFailed);
    try {
      this.#callback(this.#progress.state());
    } catch {
      // What watches a run must not fail it.
    }
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

  count(isFailed: boolean): void {
    this.#progress.count(isFailed);
    this.#shown.changed();
  }

  finish(): void {
    this.#shown.finish();
  }
}
