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
  readonly #callbacks = new Set<AbortCallback>();

  /** Calls `callback` when it is called off; the answer takes it back. */
  onAbort(callback: AbortCallback): () => void {
    this.#callbacks.add(callback);
    return () => this.#callbacks.delete(callback);
  }

  /** Calls it off, once: a second reason is ignored. */
  abort(reason: unknown): void {
    if (this.isAborted) return;
    this.isAborted = true;
    this.reason = reason;
    for (const callback of this.#callbacks) callback(reason);
    this.#callbacks.clear();
  }
}
