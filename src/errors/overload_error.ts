import { nameClass } from "./name_class.ts";
import { OperoError } from "./opero_error.ts";

/**
 * An attempt found no free slot, and no place among those that wait for one.
 *
 * @example
 * ```ts
 * import { isOperoError, OverloadError } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new OverloadError('No slot of "resize" is free', 250);
 * assertEquals([isOperoError(error), error.code, error.retryAfter], [true, "OVERLOAD", 0.25]);
 * ```
 */
export class OverloadError extends OperoError {
  static {
    nameClass(this, "OverloadError");
  }

  /** After how many seconds a slot may be free; `undefined` where that is unknown. */
  readonly retryAfter: number | undefined;

  /**
   * Makes the error; `retryAfterMs` is the wait that may be expected, in milliseconds.
   *
   * @param message What cannot be done, and why.
   * @param retryAfterMs The milliseconds until a slot may be free.
   * @param options Its `cause`.
   */
  constructor(message: string, retryAfterMs?: number, options?: ErrorOptions) {
    super("OVERLOAD", message, options);
    this.retryAfter = retryAfterMs === undefined ? undefined : retryAfterMs / 1_000;
  }
}
