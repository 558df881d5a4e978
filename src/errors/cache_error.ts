import { nameClass } from "./name_class.ts";
import { OperoError } from "./opero_error.ts";

/**
 * The cache could not do what it was asked for by name, such as `.cache.clear()`. A call never rejects with it.
 *
 * @example
 * ```ts
 * import { CacheError, OperoError } from "@opero/core";
 * import { assert } from "@std/assert";
 *
 * assert(new CacheError('The cache of "load" could not be cleared') instanceof OperoError);
 * ```
 */
export class CacheError extends OperoError {
  static {
    nameClass(this, "CacheError");
  }

  /**
   * Makes the error; its `cause` is what the backend threw.
   *
   * @param message What cannot be done, and why.
   * @param options What the backend threw, as `cause`.
   */
  constructor(message: string, options?: ErrorOptions) {
    super("CACHE", message, options);
  }
}
