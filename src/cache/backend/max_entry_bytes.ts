import { type OptionRule, positiveInteger } from "../../options/validate.ts";

/** How large an entry may be where `maxEntryBytes` does not say: 64 MB. */
export const DEFAULT_MAX_ENTRY_BYTES: number = 64 * 2 ** 20;

/** What `maxEntryBytes` of a `cacheBackendConfig` may be. */
export const maxEntryBytesRule: OptionRule = { ...positiveInteger, isPrivate: true };

/**
 * Whether `text` takes more than `maxBytes` as UTF-8.
 *
 * @param text The encoded entry, as it would be stored.
 * @param maxBytes The limit, in bytes.
 * @returns `true` if the text is longer than allowed.
 */
export function isOverBytes(text: string, maxBytes: number): boolean {
  // A code unit takes one byte at least and three at most, so that most texts need not be gone through.
  if (text.length > maxBytes) return true;
  return 3 * text.length > maxBytes && utf8Bytes(text) > maxBytes;
}

function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Each half of a surrogate pair adds one, so that the two make four.
    if (unit >= 0x80) bytes += unit >= 0x800 && (unit & 0xf800) !== 0xd800 ? 2 : 1;
  }
  return bytes;
}
