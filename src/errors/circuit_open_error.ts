import { nameClass } from "./name_class.ts";
import { OperoError } from "./opero_error.ts";

/**
 * The circuit breaker of a function let no attempt through: it is open, or half-open and its trials are under way.
 *
 * @example
 * ```ts
 * import { CircuitOpenError, isTransient } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new CircuitOpenError('The circuit breaker of "load" is open', 30_000);
 * assertEquals([error.code, error.retryAfter, isTransient(error)], ["CIRCUIT_OPEN", 30, true]);
 * ```
 */
export class CircuitOpenError extends OperoError {
  static {
    nameClass(this, "CircuitOpenError");
  }

  /** After how many seconds a trial may be let through; `undefined` where that is unknown. */
  readonly retryAfter: number | undefined;

  /**
   * Makes the error; `retryAfterMs` is for how long the circuit is open yet, in milliseconds.
   *
   * @param message What cannot be done, and why.
   * @param retryAfterMs The milliseconds until a trial may be made.
   * @param options Its `cause`.
   */
  constructor(message: string, retryAfterMs?: number, options?: ErrorOptions) {
    super("CIRCUIT_OPEN", message, options);
    this.retryAfter = retryAfterMs === undefined ? undefined : retryAfterMs / 1_000;
  }
}
