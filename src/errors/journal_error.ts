import { nameClass } from "./name_class.ts";
import { OperoError } from "./opero_error.ts";

/**
 * The journal of a run is damaged, of another task, held by another run, or cannot be written. It ends the run; what was
 * recorded stays recorded.
 *
 * @example
 * ```ts
 * import { JournalError, OperoError } from "@opero/core";
 * import { assert } from "@std/assert";
 *
 * assert(new JournalError('Cannot map "load" as run.jsonl:50 is damaged') instanceof OperoError);
 * ```
 */
export class JournalError extends OperoError {
  static {
    nameClass(this, "JournalError");
  }

  /**
   * Makes the error; `message` names the file and the reason.
   *
   * @param message What cannot be done, and why.
   * @param options Its `cause`.
   */
  constructor(message: string, options?: ErrorOptions) {
    super("JOURNAL", message, options);
  }
}
