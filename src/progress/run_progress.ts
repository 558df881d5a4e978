import { stderrTerminal } from "../runtime/terminal.ts";
import { openCalledProgress, type RunProgress, type RunProgressOptions } from "./called_progress.ts";
import { type ItemOutcome, Progress } from "./progress.ts";
import { TerminalProgress } from "./terminal_progress.ts";

/**
 * Begins to count a run; `undefined` where no listener is to be notified.
 *
 * @param options The run, and who receives its progress.
 * @returns The progress of the run, or `undefined`.
 */
export function openRunProgress(options: RunProgressOptions): RunProgress | undefined {
  const { progress: shown, label, total, clock, wait } = options;
  const terminal = shown === true ? stderrTerminal() : undefined;
  if (terminal === undefined) return openCalledProgress(options);
  const progress = new Progress(total, clock, wait);
  return new ShownProgress(progress, new TerminalProgress(progress, label, terminal, clock));
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
