import { sha256Base64Url } from "../runtime/sha256.ts";
import { KeyTable } from "./key_table.ts";
import { shortHash } from "./short_hash.ts";

/** 132 bits: of 10¹² items two share a key with a chance of 1 in 10¹⁶. */
const KEY_LENGTH = 22;

/**
 * Gives each item of a run its key: a hash of the text that stands for it, and which of those with the same text it is.
 * So the key of an item depends on its place only among equal ones.
 */
export class ItemKeys {
  /** How many there were of each, but for the first of those that `see` knows. */
  readonly #seen = new KeyTable();
  readonly #see: ((key: string) => boolean | undefined) | undefined;

  /**
   * No item yet. `see` marks a key and returns whether it was marked before; `undefined` where it does not keep that: what
   * is kept there is not kept here as well.
   */
  constructor(see?: (key: string) => boolean | undefined) {
    this.#see = see;
  }

  /** The key of the next item, given the text that stands for it. */
  next(text: string): string {
    const hash = shortHash(text) ?? sha256Base64Url(text).slice(0, KEY_LENGTH);
    const isMarked = this.#see?.(hash);
    if (isMarked === false) return hash;
    const before = this.#seen.get(hash) ?? (isMarked ? 1 : 0);
    this.#seen.set(hash, before + 1);
    return before === 0 ? hash : `${hash}#${before + 1}`;
  }
}
