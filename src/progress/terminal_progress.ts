import type { Clock, Timer } from "../time/clock.ts";
import { setBackgroundTimer } from "../runtime/background_timer.ts";
import type { Terminal } from "../runtime/terminal.ts";
import type { Progress } from "./progress.ts";
import { renderProgressBar, renderProgressLine } from "./render_progress.ts";
import { type BoardLine, boardOf, type TerminalBoard } from "./terminal_board.ts";

const REDRAW_MS = 100;
const TICK_MS = 1_000;
const LINE_MS = 10_000;
/** A run that is over sooner writes no line where only its end is written. */
const END_AFTER_MS = 1_000;

/** Calls `callback` after `ms`, unless cancelled by the answer; it must keep no process alive. */
export type TickTimer = (ms: number, callback: () => void) => () => void;

/**
 * Shows the progress of a run: on a terminal as a bar, drawn anew at most ten times a second after a change and once
 * a second without one; in a file as a line every ten seconds; where a terminal cannot draw, and in CI, as one line
 * at the end. A run that is over sooner shows nothing. A timer that could keep a process alive is set only after a
 * change.
 */
export class TerminalProgress implements BoardLine {
  readonly #progress: Progress;
  readonly #label: string;
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #board: TerminalBoard;
  readonly #setTick: TickTimer;
  #lineMs: number;
  #timer: Timer | undefined;
  #cancelTick: (() => void) | undefined;
  #isShown = false;
  #isFinished = false;

  /** Begins to show `progress`. */
  constructor(
    progress: Progress,
    label: string,
    terminal: Terminal,
    clock: Clock,
    setTick: TickTimer = setBackgroundTimer,
  ) {
    this.#progress = progress;
    this.#label = label;
    this.#terminal = terminal;
    this.#clock = clock;
    this.#board = boardOf(terminal);
    this.#setTick = setTick;
    this.#lineMs = progress.startMs;
    this.changed();
  }

  /** Reports that an item was counted; it is shown later. */
  changed(): void {
    if (this.#timer !== undefined || this.#isFinished) return;
    if (this.#terminal.style !== "bar") return this.#writeLineIfDue();
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
    this.#cancelTick?.();
    if (this.#terminal.style === "bar") this.#board.finish(this);
    else if (this.#isShown || this.#isDueAtEnd()) this.#writeLine();
  }

  /** The bar, in at most `width` columns. */
  render(width: number): string {
    const look = { label: this.#label, width, isColored: this.#terminal.isColored };
    return renderProgressBar(this.#progress.shown(), look);
  }

  #draw(): void {
    this.#board.show(this);
    this.#cancelTick?.();
    // What all items wait for, and for how long yet, is news though no item ends.
    this.#cancelTick = this.#setTick(TICK_MS, () => this.#draw());
  }

  #isDueAtEnd(): boolean {
    return this.#terminal.style === "end" && this.#clock.now() - this.#progress.startMs >= END_AFTER_MS;
  }

  #writeLineIfDue(): void {
    if (this.#terminal.style === "end") return;
    const nowMs = this.#clock.coarseNow?.() ?? this.#clock.now();
    if (nowMs - this.#lineMs < LINE_MS) return;
    this.#lineMs = nowMs;
    this.#isShown = true;
    this.#writeLine();
  }

  #writeLine(): void {
    this.#terminal.write(`${renderProgressLine(this.#progress.shown(), this.#label)}\n`);
  }
}
