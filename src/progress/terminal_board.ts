import { holdTerminal, type TerminalHolder } from "../runtime/terminal_lines.ts";
import type { Terminal } from "../runtime/terminal.ts";

/** A line that is drawn anew while its run continues. */
export interface BoardLine {
  /** Its text, of at most `width` columns. */
  render(width: number): string;
}

const BACK_TO_START = "\r";
const CLEAR_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";

/** More runs at once would push each other off the screen. */
const MAX_LINES = 8;

const boards = new WeakMap<Terminal, TerminalBoard>();

/**
 * The board of `terminal`, which all runs share.
 *
 * @param terminal The terminal.
 * @returns The board.
 */
export function boardOf(terminal: Terminal): TerminalBoard {
  const board = boards.get(terminal) ?? new TerminalBoard(terminal);
  boards.set(terminal, board);
  return board;
}

/**
 * The last lines of a terminal: one for each run that continues. A run that ends leaves its line behind, above the
 * others; what the logger writes stands above all of them.
 */
export class TerminalBoard implements TerminalHolder {
  readonly #terminal: Terminal;
  readonly #lines = new Set<BoardLine>();
  #drawn = 0;

  /** A board with no line. */
  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Draws `line`, below those that are there already, and all others with it. */
  show(line: BoardLine): void {
    this.#lines.add(line);
    holdTerminal(this);
    this.draw();
  }

  /** Draws `line` for the last time and leaves it behind. */
  finish(line: BoardLine): void {
    if (!this.#lines.delete(line)) return;
    this.#write([line, ...this.#lines]);
    this.#drawn--;
    if (this.#lines.size > 0) return;
    this.#terminal.write("\n");
    holdTerminal(undefined);
  }

  /** Takes all lines off the terminal, until they are drawn again. */
  clear(): void {
    if (this.#drawn === 0) return;
    this.#terminal.write(this.#toTop() + CLEAR_BELOW);
    this.#drawn = 0;
  }

  /** Draws all lines anew. */
  draw(): void {
    if (this.#lines.size > 0) this.#write([...this.#lines]);
  }

  #write(lines: readonly BoardLine[]): void {
    // The last column stays free: a terminal that wraps there would scroll at every drawing.
    const width = this.#terminal.columns - 1;
    const texts = lines.slice(0, MAX_LINES).map((line) => line.render(width) + CLEAR_LINE);
    const rest = this.#drawn > texts.length ? CLEAR_BELOW : "";
    this.#terminal.write(this.#toTop() + texts.join("\n") + rest);
    this.#drawn = texts.length;
  }

  #toTop(): string {
    return this.#drawn > 1 ? `${BACK_TO_START}\x1b[${this.#drawn - 1}A` : BACK_TO_START;
  }
}
