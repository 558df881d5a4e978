/** What newer runtimes have of their own (ECMAScript's `Uint8Array.prototype.toBase64`). */
interface NativeBase64 {
  toBase64?(): string;
}

/** As many bytes as one call of `String.fromCharCode` takes without harm to the stack. */
const CHUNK_BYTES = 0x6000;

/**
 * The bytes as base64 (RFC 4648, section 4).
 *
 * @param bytes The bytes, of any number.
 * @returns The text.
 */
export function toBase64(bytes: Uint8Array): string {
  const native = bytes as NativeBase64;
  return native.toBase64 === undefined ? encodeInChunks(bytes) : native.toBase64();
}

/**
 * The bytes that `text` stands for.
 *
 * @param text A text in base64.
 * @returns The bytes.
 * @throws {Error} If it is no base64.
 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const { fromBase64: decode } = Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };
  return decode === undefined ? decodeText(text) : decode.call(Uint8Array, text);
}

/**
 * As {@link toBase64} on a runtime without one of its own.
 *
 * @param bytes The bytes, of any number.
 * @returns The text.
 */
export function encodeInChunks(bytes: Uint8Array): string {
  let text = "";
  // A chunk is a multiple of three bytes, so that only the last one is padded.
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    text += btoa(String.fromCharCode(...bytes.subarray(start, start + CHUNK_BYTES)));
  }
  return text;
}

/**
 * As {@link fromBase64} on a runtime without one of its own.
 *
 * @param text A text in base64.
 * @returns The bytes.
 */
export function decodeText(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
