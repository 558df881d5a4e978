/** Called once when what it waits in is called off. */
export type AbortCallback = (reason: unknown) => void;

/**
 * What can call a whole call off: the caller's signal or the deadline. It costs an object where an
 * `AbortController` costs an event target, and is made only where one of the two is on.
 */
export class AbortScope {
  /** Whether it was called off. */
  isAborted = false;
  /** Why, once it was. */
  reason: unknown = undefined;
  /** The first, as there is seldom a second: a set costs more than all else here. */
  #first: AbortCallback | undefined = undefined;
  #others: Set<AbortCallback> | undefined = undefined;

  /** Calls `callback` when it is called off; the answer takes it back. */
  onAbort(callback: AbortCallback): () => void {
    if (this.#first === undefined && this.#others === undefined) {
      this.#first = callback;
      return () => {
        if (this.#first === callback) this.#first = undefined;
      };
    }
    this.#others ??= new Set();
    this.#others.add(callback);
    return () => this.#others?.delete(callback);
  }

  /** Calls it off, once: a second reason is ignored. */
  abort(reason: unknown): void {
    if (this.isAborted) return;
    this.isAborted = true;
    this.reason = reason;
    this.#first?.(reason);
    for (const callback of this.#others ?? []) callback(reason);
    this.#first = this.#others = undefined;
  }
}
