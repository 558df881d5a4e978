import { sha256Base64Url } from "../runtime/sha256.ts";

/** 132 bits: of 10¹² items two share a key with a chance of 1 in 10¹⁶. */
const KEY_LENGTH = 22;

/**
 * Gives each item of a run its key: a hash of the text that stands for it, and which of those with the same text it is.
 * So the key of an item depends on its place only among equal ones.
 */
export class ItemKeys {
  readonly #seen = new Map<string, number>();

  /** The key of the next item, given the text that stands for it. */
  next(text: string): string {
    const hash = sha256Base64Url(text).slice(0, KEY_LENGTH);
    const seen = this.#seen.get(hash);
    this.#seen.set(hash, (seen ?? 0) + 1);
    return seen === undefined ? hash : `${hash}#${seen + 1}`;
  }
}
