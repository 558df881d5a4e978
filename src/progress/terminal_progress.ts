import type { Clock, Timer } from "../clock.ts";
import type { Terminal } from "../runtime/terminal.ts";
import type { Progress } from "./progress.ts";
import { renderProgressBar, renderProgressLine } from "./render_progress.ts";

const REDRAW_MS = 100;
const LINE_MS = 10_000;
const LEFT_ALONE_MS = 1_000;
const BACK_TO_START = "\r";
const CLEAR_TO_END = "\x1b[K";

/** The run that draws now: a second one at the same time would draw over it, so it waits until the first ends or pauses. */
let drawing: { readonly run: TerminalProgress; readonly drawnAtMs: number } | undefined;

/**
 * Shows the progress of a run on a terminal: a bar that is drawn anew at most ten times a second, or, where
 * the output is no terminal, a line every ten seconds. A run that is over sooner shows nothing. A timer is
 * set for a bar only, and only after a change, so a run that was left alone keeps no process alive.
 */
export class TerminalProgress {
  readonly #progress: Progress;
  readonly #label: string;
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  #lineMs: number;
  #timer: Timer | undefined;
  #isShown = false;
  #isFinished = false;

  /** Begins to show `progress`. */
  constructor(progress: Progress, label: string, terminal: Terminal, clock: Clock) {
    this.#progress = progress;
    this.#label = label;
    this.#terminal = terminal;
    this.#clock = clock;
    this.#lineMs = clock.now();
    this.changed();
  }

  /** Tells that an item was counted; it will be seen in a while. */
  changed(): void {
    if (this.#timer !== undefined || this.#isFinished) return;
    if (!this.#terminal.isTerminal) return this.#writeLineIfDue();
    this.#timer = this.#clock.setTimer(REDRAW_MS, () => {
      this.#timer = undefined;
      this.#draw();
    });
  }

  /** Shows how the run ended, if it was long enough to be seen at all, and leaves the line. */
  finish(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#timer?.cancel();
    if (this.#isShown && this.#terminal.isTerminal) this.#draw();
    else if (this.#isShown) this.#writeLine();
    if (drawing?.run !== this) return;
    drawing = undefined;
    this.#terminal.write("\n");
  }

  #writeLineIfDue(): void {
    const nowMs = this.#clock.coarseNow?.() ?? this.#clock.now();
    if (nowMs - this.#lineMs < LINE_MS) return;
    this.#lineMs = nowMs;
    this.#isShown = true;
    this.#writeLine();
  }

  #writeLine(): void {
    this.#terminal.write(`${renderProgressLine(this.#progress.state(), this.#label)}\n`);
  }

  #draw(): void {
    const nowMs = this.#clock.now();
    if (drawing !== undefined && drawing.run !== this && Math.abs(nowMs - drawing.drawnAtMs) < LEFT_ALONE_MS) return;
    drawing = { run: this, drawnAtMs: nowMs };
    this.#isShown = true;
    const { columns, isColored } = this.#terminal;
    // The last column stays free: a terminal that wraps there would scroll at every drawing.
    const look = { label: this.#label, width: columns - 1, isColored };
    this.#terminal.write(BACK_TO_START + renderProgressBar(this.#progress.state(), look) + CLEAR_TO_END);
  }
}
