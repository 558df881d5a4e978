import { keepShape } from "../runtime/kept_shape.ts";

/** Called once when the scope that it waits in is aborted. */
export type AbortCallback = (reason: unknown) => void;

/**
 * What can cancel a whole call: the caller's signal or the deadline. It costs an object where an
 * `AbortController` costs an event target, and is made only where one of the two is on.
 */
export class AbortScope {
  /** Whether it was aborted. */
  isAborted = false;
  /** Why, once it was. */
  reason: unknown = undefined;
  /** The first, as there is rarely a second: a set costs more than all else here. */
  #first: AbortCallback | undefined = undefined;
  #others: Set<AbortCallback> | undefined = undefined;
  /** What the idempotency keys of a run of a map begin with, once one is asked for: of one that all its calls share. */
  declare runKey: string | undefined;

  /**
   * Calls `callback` when the scope is aborted, unless {@link AbortScope.offAbort} removes it; at once where it is, by a
   * listener to an event of the call say. A function that removes it is not returned, as it would be one more closure for
   * each call.
   */
  onAbort(callback: AbortCallback): void {
    if (this.isAborted) callback(this.reason);
    else if (this.#first === undefined && this.#others === undefined) this.#first = callback;
    else (this.#others ??= new Set()).add(callback);
  }

  /** Removes `callback`; where it is not there, nothing happens. */
  offAbort(callback: AbortCallback): void {
    if (this.#first === callback) this.#first = undefined;
    else this.#others?.delete(callback);
  }

  /** Aborts the scope, once: a second reason is ignored. */
  abort(reason: unknown): void {
    if (this.isAborted) return;
    this.isAborted = true;
    this.reason = reason;
    this.#first?.(reason);
    for (const callback of this.#others ?? []) callback(reason);
    this.#first = this.#others = undefined;
  }
}

keepShape(new AbortScope());
