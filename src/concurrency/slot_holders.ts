/**
 * The runs that hold slots, where a run can vanish together with its request: its promise then rejects in every other
 * request, while nothing in its own is called any more.
 */
export class SlotHolders {
  readonly #releases = new Map<Promise<unknown>, () => void>();

  /** Keeps a slot for `holder`; `release` gives it back, should it vanish. */
  add(holder: Promise<unknown>, release: () => void): void {
    this.#releases.set(holder, release);
  }

  /** Ends what {@link SlotHolders.add} began. */
  remove(holder: Promise<unknown>): void {
    this.#releases.delete(holder);
  }

  /** Keeps a slot for `running` until it ends; then, or once it has vanished, `release` gives it back. */
  hold(running: Promise<unknown>, release: () => void): Promise<unknown> {
    this.add(running, release);
    return running.finally(() => this.#release(running));
  }

  /**
   * Gives back the slots of those that have vanished, and of those that will; to be called by one who waits, in its own
   * request. `known` holds those that it looked after before.
   */
  watch(known: WeakSet<Promise<unknown>>): void {
    for (const holder of this.#releases.keys()) {
      if (known.has(holder)) continue;
      known.add(holder);
      holder.catch(() => this.#release(holder));
    }
  }

  #release(holder: Promise<unknown>): void {
    const release = this.#releases.get(holder);
    if (this.#releases.delete(holder)) release!();
  }
}
