import { LazyModule } from "../runtime/lazy_module.ts";
import { stderrTerminal } from "../runtime/terminal.ts";
import { openCalledProgress, type RunProgress, type RunProgressOptions } from "./called_progress.ts";
import { type ItemOutcome, Progress } from "./progress.ts";
import type { TerminalProgress } from "./terminal_progress.ts";

/** What draws. Nothing is to be seen of a run before it has gone on for a while. */
const drawing = /* @__PURE__ */ new LazyModule(() => import("./terminal_progress.ts"));
type Drawing = NonNullable<typeof drawing.loaded>;

/**
 * Begins to count a run; `undefined` where no listener is to be notified.
 *
 * @param options The run, and who receives its progress.
 * @returns The progress of the run, or `undefined`.
 */
export function openRunProgress(options: RunProgressOptions): RunProgress | undefined {
  const { progress: shown, label, total, clock, wait, workers } = options;
  const terminal = shown === true ? stderrTerminal() : undefined;
  if (terminal === undefined) return openCalledProgress(options);
  const progress = new Progress(total, clock, wait, workers);
  return new ShownProgress(
    progress,
    ({ TerminalProgress }) => new TerminalProgress(progress, label, terminal, clock),
  );
}

class ShownProgress implements RunProgress {
  readonly #progress: Progress;
  #shown: TerminalProgress | undefined = undefined;
  #isFinished = false;

  constructor(progress: Progress, open: (drawing: Drawing) => TerminalProgress) {
    this.#progress = progress;
    if (drawing.loaded !== undefined) this.#shown = open(drawing.loaded);
    // A run fails by no bar: where it cannot be loaded, there is none.
    else void drawing.load().then((loaded) => this.#show(open(loaded)), () => {});
  }

  count(outcome: ItemOutcome): void {
    this.#progress.count(outcome);
    this.#shown?.changed();
  }

  finish(): void {
    this.#isFinished = true;
    this.#shown?.finish();
  }

  /** A run that was over sooner may still have been long enough for a line at its end. */
  #show(shown: TerminalProgress): void {
    this.#shown = shown;
    if (this.#isFinished) shown.finish();
  }
}
