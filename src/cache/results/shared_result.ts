import { cancelSingleUse, isCloneable } from "./single_use.ts";

/**
 * A result that can be read only once, for several who waited for it. Of a `Response` each gets one to read: clones,
 * and the last the original, so that nothing has been read when the others are cloned. Of anything else the first
 * gets it, and the others a run of their own.
 */
export class SharedResult {
  readonly #value: object;
  #remaining: number;
  #isTaken = false;

  /** Shares `value` out among so many. */
  constructor(value: object, waiters: number) {
    this.#value = value;
    this.#remaining = waiters;
  }

  /** What one of them gets; `rerun` makes another where this one cannot be had. */
  take(rerun?: () => unknown): unknown {
    this.#remaining--;
    if (this.#remaining === 0 || !isCloneable(this.#value)) return this.#takeOnly(rerun);
    try {
      return this.#value.clone();
    } catch {
      // Such as where the function has begun to read it.
      return this.#takeOnly(rerun);
    }
  }

  /** One of them will not read it; what is not read is cancelled. */
  leave(): void {
    this.#remaining--;
    if (this.#remaining === 0 && !this.#isTaken) cancelSingleUse(this.#value);
  }

  #takeOnly(rerun?: () => unknown): unknown {
    if (this.#isTaken && rerun !== undefined) return rerun();
    this.#isTaken = true;
    return this.#value;
  }
}
