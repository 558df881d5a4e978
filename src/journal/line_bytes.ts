/** What a line ends with. */
export const LINE_END = 0x0a;

let decoder: TextDecoder | undefined;

/**
 * Where the line ends that begins at `start`.
 *
 * @param bytes Some bytes of a file.
 * @param start Where the line begins in them.
 * @param filled How many of them count.
 * @returns The place of its end; -1 where it does not end in them.
 */
export function endOfLine(bytes: Uint8Array, start: number, filled: number): number {
  const end = bytes.indexOf(LINE_END, start);
  return end < filled ? end : -1;
}

/**
 * A buffer of twice the size with the same bytes.
 *
 * @param buffer The buffer.
 * @returns A new one.
 */
export function grownBuffer(buffer: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * buffer.length);
  larger.set(buffer);
  return larger;
}

/**
 * The text of a line.
 *
 * @param bytes Some bytes of a file.
 * @param start Where the line begins in them.
 * @param end Where it ends.
 * @returns The text; `undefined` where the bytes are no UTF-8.
 */
export function textOfLine(bytes: Uint8Array, start: number, end: number): string | undefined {
  decoder ??= new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    return decoder.decode(bytes.subarray(start, end));
  } catch {
    return undefined;
  }
}
