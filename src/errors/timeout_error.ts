import { nameClass } from "./name_class.ts";
import { OperoError } from "./opero_error.ts";

/**
 * One attempt ran longer than its `timeout`, or a call longer than its `deadline`.
 *
 * @example
 * ```ts
 * import { AllFailedError, opero, TimeoutError } from "@opero/core";
 * import { assertInstanceOf, assertRejects } from "@std/assert";
 *
 * const hanging = opero(() => new Promise<void>(() => {}), { timeout: "5ms", retries: 0 });
 * const error = await assertRejects(() => hanging(), AllFailedError);
 * assertInstanceOf(error.cause, TimeoutError);
 * ```
 */
export class TimeoutError extends OperoError {
  static {
    nameClass(this, "TimeoutError");
  }

  /** The limit that was passed, in seconds. */
  readonly timeout: number;

  /**
   * Makes the error for a limit of `timeoutMs` milliseconds.
   *
   * @param message What cannot be done, and why.
   * @param timeoutMs The limit, in milliseconds.
   * @param options Its `cause`.
   */
  constructor(message: string, timeoutMs: number, options?: ErrorOptions) {
    super("TIMEOUT", message, options);
    this.timeout = timeoutMs / 1_000;
  }
}
