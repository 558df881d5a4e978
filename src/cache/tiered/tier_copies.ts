/**
 * Which reads of the second of two tiers may be copied to the first: those that no change of the same key overlaps.
 * What was read before a change, or while it was made, may be what the change has removed.
 */
export class TierCopies {
  /** The latest read of each key. */
  readonly #reads = new Map<string, object>();
  /** How many changes of each key are being made. */
  readonly #changes = new Map<string, number>();
  readonly #clears = new Set<{ readonly prefix: string }>();

  /** A read of `key` begins; the answer is shown to {@link TierCopies.endRead}. */
  beginRead(key: string): object {
    const read = {};
    if (!this.#isChanging(key)) this.#reads.set(key, read);
    return read;
  }

  /** A read has ended; returns whether its result may be copied. */
  endRead(key: string, read: object): boolean {
    return this.#reads.get(key) === read && this.#reads.delete(key);
  }

  /** A change of `key` begins; the answer ends it. */
  beginChange(key: string): () => void {
    this.#reads.delete(key);
    this.#changes.set(key, (this.#changes.get(key) ?? 0) + 1);
    return () => {
      const others = this.#changes.get(key)! - 1;
      if (others === 0) this.#changes.delete(key);
      else this.#changes.set(key, others);
    };
  }

  /** All keys that begin with `prefix` begin to be cleared; the answer ends it. */
  beginClear(prefix: string): () => void {
    for (const key of this.#reads.keys()) if (key.startsWith(prefix)) this.#reads.delete(key);
    const clear = { prefix };
    this.#clears.add(clear);
    return () => void this.#clears.delete(clear);
  }

  #isChanging(key: string): boolean {
    if (this.#changes.has(key)) return true;
    for (const { prefix } of this.#clears) if (key.startsWith(prefix)) return true;
    return false;
  }
}
