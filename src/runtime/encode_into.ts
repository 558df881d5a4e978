let encoder: TextEncoder | undefined;

/**
 * Writes `text` as UTF-8. The encoder is made with the first text, since an import reads no global that a runtime makes
 * when it is first read.
 *
 * @param text The text.
 * @param bytes Gets its bytes, as many as it has place for.
 * @returns How many code units were read and how many bytes were written.
 */
export function encodeInto(text: string, bytes: Uint8Array<ArrayBuffer>): TextEncoderEncodeIntoResult {
  encoder ??= new TextEncoder();
  return encoder.encodeInto(text, bytes);
}
