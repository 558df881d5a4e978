import { nameClass } from "./name_class.ts";
import { OperoError } from "./opero_error.ts";

/**
 * A call would have waited longer for the rate limit than `rateLimitMaxWait` allows, or costs more than the limit ever lets
 * through at once.
 *
 * @example
 * ```ts
 * import { opero, RateLimitError } from "@opero/core";
 * import { assertRejects } from "@std/assert";
 *
 * const ping = opero(() => "pong", { rateLimit: 1, rateLimitMaxWait: "100ms" });
 * await ping();
 * await assertRejects(() => ping(), RateLimitError);
 * ```
 */
export class RateLimitError extends OperoError {
  static {
    nameClass(this, "RateLimitError");
  }

  /** After how many seconds a call would succeed; `Infinity` where none of that cost ever does. */
  readonly retryAfter: number;

  /**
   * Makes the error; `retryAfterMs` is the wait that was refused, in milliseconds.
   *
   * @param message What cannot be done, and why.
   * @param retryAfterMs The milliseconds that the call would have waited.
   * @param options Its `cause`.
   */
  constructor(message: string, retryAfterMs: number, options?: ErrorOptions) {
    super("RATE_LIMIT", message, options);
    this.retryAfter = retryAfterMs / 1_000;
  }
}
