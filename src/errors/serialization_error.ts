import { nameClass } from "./name_class.ts";
import { OperoError } from "./opero_error.ts";

/**
 * A value cannot be carried to a worker or kept in a cache without loss.
 *
 * @example
 * ```ts
 * import { type CacheBackend, SerializationError } from "@opero/core";
 *
 * const numbers = new Map<string, number>();
 * const backend: Pick<CacheBackend, "set"> = {
 *   set(key, { value }) {
 *     if (typeof value !== "number") throw new SerializationError("Only numbers can be kept here");
 *     numbers.set(key, value);
 *   },
 * };
 * backend.set("answer", { value: 42, createdAt: Date.now(), expiresAt: Infinity, staleUntil: Infinity });
 * ```
 */
export class SerializationError extends OperoError {
  static {
    nameClass(this, "SerializationError");
  }

  /**
   * Makes the error; `message` says which kind of value, never the value.
   *
   * @param message What cannot be done, and why.
   * @param options Its `cause`.
   */
  constructor(message: string, options?: ErrorOptions) {
    super("SERIALIZATION", message, options);
  }
}
