/** What stands on the last lines of the terminal, such as a bar, and makes room for a line of text. */
export interface TerminalHolder {
  /** Takes itself off the terminal. */
  clear(): void;
  /** Stands there again, below what was written. */
  draw(): void;
}

let holder: TerminalHolder | undefined;

/**
 * Lets `next` make room for what is written by {@link writeAbove}; `undefined` where nothing stands there any more.
 *
 * @param next What holds the last lines of the terminal; `undefined` for nothing.
 */
export function holdTerminal(next: TerminalHolder | undefined): void {
  holder = next;
}

/**
 * Writes whole lines of text, by `write`, so that they stand above a bar and not in it.
 *
 * @param write Writes the lines.
 */
export function writeAbove(write: () => void): void {
  const held = holder;
  held?.clear();
  try {
    write();
  } finally {
    held?.draw();
  }
}
