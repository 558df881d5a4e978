import { describeError, newBudget } from "./describe_error.ts";
import { errorLabel, errorText, rootOf } from "./error_label.ts";
import { hideCause, isCloneable } from "./foreign_cause.ts";
import { nameClass } from "./name_class.ts";
import { OperoError } from "./opero_error.ts";
import { readList } from "./read_field.ts";

/** The error of one item of a map. */
export interface MapItemError {
  /** The item's place, from 0. */
  readonly index: number;
  /** What its call rejected with. */
  readonly error: unknown;
}

/**
 * Some items of a map failed; all others have their results in it.
 *
 * @example
 * ```ts
 * import { MapError, opmap } from "@opero/core";
 * import { assertEquals, assertInstanceOf } from "@std/assert";
 *
 * const parse = opmap((text: string): number => JSON.parse(text), { retries: 0 });
 * const error = await parse(["1", "two", "3"]).catch((error) => error);
 * assertInstanceOf(error, MapError);
 * assertEquals(error.results, [1, undefined, 3]);
 * assertEquals(error.errors[0].index, 1);
 * ```
 */
export class MapError extends OperoError {
  static {
    nameClass(this, "MapError");
  }

  /** The results by place; `undefined` where the item failed. They are not printed with the error. */
  readonly results!: readonly unknown[];
  /** The failed items, by place. */
  readonly errors: readonly MapItemError[];

  /**
   * Makes the error; its `cause` is the first item's error.
   *
   * @param message How many items failed, and how.
   * @param results What the items returned, `undefined` where one failed.
   * @param errors The failed items, by place.
   */
  constructor(message: string, results: readonly unknown[], errors: readonly MapItemError[]) {
    const cause = errors[0]?.error;
    const isPlain = isCloneable(cause);
    super("MAP", message, isPlain ? { cause } : undefined);
    this.errors = errors;
    // Results are the user's data, and printing an error shows its enumerable fields.
    Object.defineProperty(this, "results", { value: results, enumerable: false });
    if (!isPlain) hideCause(this, cause);
  }

  /**
   * A line per failed item: its index, its error, and the text of that; of very many items the first 1 000.
   *
   * @returns The lines.
   */
  summary(): string {
    const lines = this.errors.slice(0, MAX_SUMMARY_LINES).map(({ index, error }) =>
      `  item ${index}: ${lineOf(error)}`
    );
    const left = this.errors.length - lines.length;
    return [this.message, ...lines, ...(left > 0 ? [`  and ${left} more`] : [])].join("\n");
  }

  /**
   * What `JSON.stringify` writes: the failed items, without the results.
   *
   * @returns Plain data.
   */
  toJSON(): Record<string, unknown> {
    const budget = newBudget();
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      errors: this.errors.map(({ index, error }) => ({ index, error: describeError(error, budget) })),
    };
  }
}

const MAX_SUMMARY_LINES = 1_000;
const MAX_SUMMARY_TEXT = 500;

/** What went wrong in one line: of a call that was tried again, its own text and that of its last attempt. */
function lineOf(error: unknown): string {
  const root = rootOf(error);
  const text = errorText(root, MAX_SUMMARY_TEXT)?.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ") ?? "";
  const attempts = root === error ? "" : `, after ${countAttempts(error)}`;
  return errorLabel(root) + (text === "" ? "" : `: ${text}`) + attempts;
}

function countAttempts(error: unknown): string {
  const { length } = readList(error, "attempts", Infinity);
  return length === 1 ? "1 attempt" : `${length} attempts`;
}
