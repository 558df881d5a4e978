import { isResponse } from "./http_status.ts";
import { nameClass } from "./name_class.ts";
import { OperoError } from "./opero_error.ts";

/**
 * A value was returned for which `failOn` is true, so its attempt counts as failed.
 *
 * @example
 * ```ts
 * import { ResultError } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new ResultError("fetchUser", { ok: false });
 * assertEquals(error.message, 'An attempt of "fetchUser" returned a value that \'failOn\' refuses');
 * assertEquals(JSON.stringify(error).includes("ok"), false);
 * ```
 */
export class ResultError extends OperoError {
  static {
    nameClass(this, "ResultError");
  }

  /** The value that was refused. It is neither printed nor logged. */
  readonly value!: unknown;

  /**
   * Makes the error for a `value` that the function called `functionName` returned.
   *
   * @param functionName The name of the function.
   * @param value What it returned.
   * @param options Its `cause`.
   */
  constructor(functionName: string, value: unknown, options?: ErrorOptions) {
    super("RESULT", `An attempt of ${JSON.stringify(functionName)} returned a value that 'failOn' refuses`, options);
    Object.defineProperty(this, "value", { value, enumerable: false });
  }

  /** The refused value where it is a `Response`, so that its status and its Retry-After are found. */
  get response(): Response | undefined {
    return isResponse(this.value) ? this.value : undefined;
  }
}
