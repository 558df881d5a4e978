import { fromBase64, toBase64 } from "../../cache/codec/base64.ts";

/** Frames are texts as a rule, which need no other form; a byte order mark is one of their bytes. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** What a string begins with that holds a text as it is, and what one with base64 begins with. */
const PLAIN = "t";
const BASE64 = "b";

/**
 * A frame as Redis takes it: its clients send and read strings.
 *
 * @param frame The bytes.
 * @returns The string.
 */
export function frameToString(frame: Uint8Array): string {
  try {
    return PLAIN + decoder.decode(frame);
  } catch {
    return BASE64 + toBase64(frame);
  }
}

/**
 * The frame that a string holds.
 *
 * @param text The string.
 * @returns The bytes; none for a string that was not made here.
 */
export function frameOfString(text: string): Uint8Array {
  if (text.startsWith(PLAIN)) return encoder.encode(text.slice(PLAIN.length));
  try {
    return fromBase64(text.slice(BASE64.length));
  } catch {
    return new Uint8Array();
  }
}
