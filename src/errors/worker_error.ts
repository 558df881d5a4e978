import { nameClass } from "./name_class.ts";
import { OperoError } from "./opero_error.ts";

/**
 * A worker died, or could not be started, while it ran an item.
 *
 * @example
 * ```ts
 * import { opmap, WorkerError } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * await using halves = opmap((n: number) => n / 2, {
 *   mode: "process",
 *   retries: 1,
 *   retryOn: WorkerError, // only an attempt that its worker did not survive is made again
 * });
 * assertEquals(await halves([2, 4]), [1, 2]);
 * ```
 */
export class WorkerError extends OperoError {
  static {
    nameClass(this, "WorkerError");
  }

  /** How many workers on other machines were lost with the item, where that is why it failed. */
  declare readonly crashes?: number;

  /**
   * Makes the error; `message` says how the worker ended.
   *
   * @param message What cannot be done, and why.
   * @param options Its `cause`, and how many workers were lost with the item.
   */
  constructor(message: string, options?: ErrorOptions & { readonly crashes?: number }) {
    super("WORKER", message, options);
    const { crashes } = options ?? {};
    if (crashes !== undefined) this.crashes = crashes;
  }
}
