const NEWLINE = 10;
/** Of what may stand alone in a line that counts as empty: tab, carriage return, space. */
const BLANK = new Set([9, 13, 32]);

/**
 * The lines of a text in UTF-8, without their ends.
 *
 * @param chunks The parts that the text comes in.
 * @returns The lines; the last one may lack its end.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield withoutReturn(line);
  }
  rest += decoder.decode();
  if (rest !== "") yield withoutReturn(rest);
}

/**
 * How many lines that are not empty there are.
 *
 * @param chunks The parts that the text comes in.
 * @returns The number.
 */
export async function countLines(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let count = 0;
  let isEmpty = true;
  for await (const chunk of chunks) {
    for (const byte of chunk) {
      if (byte === NEWLINE) isEmpty = true;
      else if (isEmpty && !BLANK.has(byte)) {
        isEmpty = false;
        count++;
      }
    }
  }
  return count;
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
