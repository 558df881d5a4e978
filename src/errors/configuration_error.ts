import { nameClass } from "./name_class.ts";
import { OperoError } from "./opero_error.ts";

/**
 * Options or their combination are wrong, or the platform lacks what they ask for.
 *
 * @example
 * ```ts
 * import { ConfigurationError, opero } from "@opero/core";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(
 *   () => opero(function fetchUser() {}, { retries: -1 }),
 *   ConfigurationError,
 *   `Cannot wrap "fetchUser" as 'retries' must be a non-negative integer: received -1`,
 * );
 * ```
 */
export class ConfigurationError extends OperoError {
  static {
    nameClass(this, "ConfigurationError");
  }

  /**
   * Makes the error; `message` names the option, the value received and what is allowed.
   *
   * @param message What cannot be done, and why.
   * @param options Its `cause`.
   */
  constructor(message: string, options?: ErrorOptions) {
    super("CONFIGURATION", message, options);
  }
}
