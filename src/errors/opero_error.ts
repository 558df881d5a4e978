import { BRAND } from "./brand.ts";
import { nameClass } from "./name_class.ts";
import { readField } from "./read_field.ts";

/** The codes that {@link OperoError.code} can bear; they stay the same between versions. */
export type OperoErrorCode =
  | "ALL_FAILED"
  | "CONFIGURATION"
  | "TIMEOUT"
  | "RATE_LIMIT"
  | "WORKER"
  | "SERIALIZATION"
  | "MAP"
  | "RESULT"
  | "CACHE"
  | "CIRCUIT_OPEN"
  | "OVERLOAD"
  | "JOURNAL"
  | "ENGINE";

/**
 * What every error of this library extends. `code` distinguishes the kinds without `instanceof`,
 * also across two copies of the library.
 *
 * @example
 * ```ts
 * import { ConfigurationError, OperoError } from "@opero/core";
 * import { assert } from "@std/assert";
 *
 * assert(new ConfigurationError("Cannot start") instanceof OperoError);
 * ```
 */
export class OperoError extends Error {
  static {
    nameClass(this, "OperoError");
    Object.defineProperty(this.prototype, BRAND, { value: true });
  }

  /** The stable code of the kind of error. */
  readonly code: OperoErrorCode;

  /**
   * Makes an error of the kind `code`; subclasses set it.
   *
   * @param code The stable code of the kind.
   * @param message What cannot be done, and why.
   * @param options Its `cause`.
   */
  constructor(code: OperoErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    // Only a class of a user's own has yet to be named: to define a property costs more than all else here.
    if (this.name !== new.target.name) {
      Object.defineProperty(this, "name", { value: new.target.name, configurable: true, writable: true });
    }
  }
}

/**
 * Whether `value` is an error of this library, whichever copy of it made the error.
 *
 * @param value Any value.
 * @returns `true` for an error of this library.
 *
 * @example
 * ```ts
 * import { isOperoError } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(isOperoError(new Error("no")), false);
 * ```
 */
export function isOperoError(value: unknown): value is OperoError {
  return readField(value, BRAND) === true;
}
