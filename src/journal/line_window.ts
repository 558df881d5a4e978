import { endOfLine, grownBuffer, textOfLine } from "./line_bytes.ts";
import type { LineSource } from "./read_lines.ts";

/** Lines by where they begin, most of them one after another: what stands behind a line is read with it. */
export class LineWindow {
  readonly #file: LineSource;
  #buffer = new Uint8Array(2 ** 16);
  #offset = 0;
  #filled = 0;

  /** Lines of `file`. */
  constructor(file: LineSource) {
    this.#file = file;
  }

  /** The line that begins at `offset`, without its end; `undefined` where it is no UTF-8. */
  lineAt(offset: number): string | undefined {
    let end = this.#endOf(offset);
    if (end < 0) {
      this.#fill(offset);
      end = this.#endOf(offset);
    }
    // A long line takes a longer window; the last one may have no end.
    while (end < 0 && this.#filled === this.#buffer.length) {
      this.#buffer = grownBuffer(this.#buffer);
      this.#fill(offset);
      end = this.#endOf(offset);
    }
    return textOfLine(this.#buffer, offset - this.#offset, end < 0 ? this.#filled : end);
  }

  #endOf(offset: number): number {
    const start = offset - this.#offset;
    return start < 0 || start >= this.#filled ? -1 : endOfLine(this.#buffer, start, this.#filled);
  }

  #fill(offset: number): void {
    this.#offset = offset;
    this.#filled = 0;
    for (let read = 1; read > 0 && this.#filled < this.#buffer.length; this.#filled += read) {
      read = this.#file.read(this.#buffer.subarray(this.#filled), offset + this.#filled);
    }
  }
}
