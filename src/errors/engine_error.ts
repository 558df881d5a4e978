import { nameClass } from "./name_class.ts";
import { OperoError } from "./opero_error.ts";

/**
 * The engine that moves items to other machines cannot do what it was asked for, and to try again would not help: it is
 * closed. A broker that is away is no such error: runs and workers wait for it.
 *
 * @example
 * ```ts
 * import { EngineError, OperoError } from "@opero/core";
 * import { assert } from "@std/assert";
 *
 * assert(new EngineError("Cannot open a line as the engine is closed") instanceof OperoError);
 * ```
 */
export class EngineError extends OperoError {
  static {
    nameClass(this, "EngineError");
  }

  /**
   * Makes the error; `message` says what cannot be done, and why.
   *
   * @param message What cannot be done, and why.
   * @param options Its `cause`.
   */
  constructor(message: string, options?: ErrorOptions) {
    super("ENGINE", message, options);
  }
}
