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

  /** Calls `callback` when it is called off, unless {@link AbortScope.offAbort} takes it back: an answer that does would be one more closure a call. */
  onAbort(callback: AbortCallback): void {
    if (this.#first === undefined && this.#others === undefined) this.#first = callback;
    else (this.#others ??= new Set()).add(callback);
  }

  /** Takes `callback` back; where it is not there, nothing happens. */
  offAbort(callback: AbortCallback): void {
    if (this.#first === callback) this.#first = undefined;
    else this.#others?.delete(callback);
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
