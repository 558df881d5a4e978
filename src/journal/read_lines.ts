import { nextTurn } from "../time/next_turn.ts";
import { endOfLine, grownBuffer, LINE_END, textOfLine } from "./line_bytes.ts";

const FIRST_BYTES = 2 ** 18;

/** A file that is read. */
export interface LineSource {
  /** Fills `target` with what stands from `position` on; returns how many bytes that is, 0 at the end. */
  read(target: Uint8Array, position: number): number;
}

/** One line of a file. */
export interface JournalLine {
  /** Its text, without its end; `undefined` where that is no UTF-8. */
  readonly text: string | undefined;
  /** Where it begins, in bytes. */
  readonly offset: number;
  /** Where the next begins, in bytes. */
  readonly next: number;
  /** Its number, from 1. */
  readonly number: number;
  /** Whether it has an end; only the last line may lack one. */
  readonly isWhole: boolean;
}

/**
 * Goes through the lines of a file, a part at a time, so that the loop gets its turns.
 *
 * @param file The file.
 * @param onLine Is given each line, in order; one that is empty and has no end is none.
 */
export async function readLines(file: LineSource, onLine: (line: JournalLine) => void): Promise<void> {
  let buffer = new Uint8Array(FIRST_BYTES);
  let [offset, filled, number] = [0, 0, 0];
  for (let read = 1; read > 0;) {
    if (filled === buffer.length) buffer = grownBuffer(buffer);
    read = file.read(buffer.subarray(filled), offset + filled);
    filled += read;
    const whole = filled === 0 ? 0 : buffer.lastIndexOf(LINE_END, filled - 1) + 1;
    const texts = textsOf(buffer, whole);
    let start = 0;
    for (const text of texts) {
      const next = endOfLine(buffer, start, whole) + 1;
      onLine({ text, offset: offset + start, next: offset + next, number: ++number, isWhole: true });
      start = next;
    }
    buffer.copyWithin(0, whole, filled);
    offset += whole;
    filled -= whole;
    await new Promise<void>(nextTurn);
  }
  if (filled === 0) return;
  const text = textOfLine(buffer, 0, filled);
  onLine({ text, offset, next: offset + filled, number: number + 1, isWhole: false });
}

/** The texts of the lines in the first bytes, which end with one: all at once where they are UTF-8. */
function textsOf(buffer: Uint8Array, whole: number): (string | undefined)[] {
  if (whole === 0) return [];
  const all = textOfLine(buffer, 0, whole - 1);
  if (all !== undefined) return all.split("\n");
  const texts: (string | undefined)[] = [];
  for (let start = 0; start < whole;) {
    const end = endOfLine(buffer, start, whole);
    texts.push(textOfLine(buffer, start, end));
    start = end + 1;
  }
  return texts;
}
