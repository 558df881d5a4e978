import { errorText } from "../errors/error_label.ts";
import { printable } from "../errors/printable.ts";
import { linesOf } from "./text_lines.ts";
import { UsageError } from "./usage_error.ts";

/** A line of the input that is an item, or ought to be one. */
export interface ReadItem {
  /** Its place among the items of the input, from 0. */
  readonly index: number;
  /** The line that it stands in, from 1. */
  readonly line: number;
  /** What it is; `undefined` where the line is bad. */
  readonly value: unknown;
  /** What is wrong with the line, where something is. */
  readonly fault: Error | undefined;
}

/** How items are read. */
export interface ItemReaderOptions {
  /** What the input is called in messages. */
  readonly name: string;
  /** Whether each line is JSON, or a text. */
  readonly form: "jsonl" | "lines";
  /** Whether a bad line is an item that failed; else it ends the run. */
  readonly areBadSkipped: boolean;
  /** So many items are passed over. */
  readonly offset: number;
  /** So many items are read at most. */
  readonly limit: number;
}

const MAX_REASON_LENGTH = 120;

/**
 * Reads items, one a line; empty lines are none.
 *
 * @param chunks The parts that the input comes in.
 * @param options How to read them.
 * @returns The items.
 * @throws {UsageError} If a line is no JSON; it names the line.
 */
export async function* readItems(
  chunks: AsyncIterable<Uint8Array>,
  options: ItemReaderOptions,
): AsyncGenerator<ReadItem, void, undefined> {
  const { form, offset, limit } = options;
  let [index, line] = [0, 0];
  for await (const text of linesOf(chunks)) {
    line++;
    if (text.trim() === "") continue;
    if (index >= offset) {
      yield form === "lines" ? { index, line, value: text, fault: undefined } : parse(text, index, line, options);
    }
    // Asked before the next line, which may never come.
    if (++index >= offset + limit) return;
  }
}

function parse(text: string, index: number, line: number, { name, areBadSkipped }: ItemReaderOptions): ReadItem {
  try {
    return { index, line, value: JSON.parse(text), fault: undefined };
  } catch (error) {
    const reason = printable(errorText(error, MAX_REASON_LENGTH) ?? "it cannot be read");
    const message = `${name}:${line}: this line is no JSON: ${reason}`;
    if (!areBadSkipped) throw new UsageError(`${message}; --skip-bad counts such lines as failed`);
    return { index, line, value: undefined, fault: new SyntaxError(message) };
  }
}
