import { errorLabel, errorName, errorText, rootOf } from "../errors/error_label.ts";
import { httpStatusOf } from "../errors/http_status.ts";
import type { ReadItem } from "./item_reader.ts";

/** How an item of the input ended. */
export interface ItemOutcome {
  /** The item. */
  readonly item: ReadItem;
  /** It has a value, it failed, or it was not to run. */
  readonly status: "ok" | "failed" | "skipped";
  /** Its value, if it has one. */
  readonly value: unknown;
  /** What failed it, if it failed. */
  readonly error: unknown;
  /** Its key in the journal, if there is one. */
  readonly key: string | undefined;
  /** How many times the function ran for it. */
  readonly attempts: number;
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
}

/**
 * A value as a line.
 *
 * @param value The value.
 * @returns The line, with its end.
 * @throws {TypeError} If JSON has no form for it.
 */
export function valueLine(value: unknown): string {
  // What JSON leaves out is there all the same: a line for each item.
  return `${JSON.stringify(value) ?? "null"}\n`;
}

/**
 * All that is known of an item, as a line.
 *
 * @param outcome How it ended.
 * @param hasItem Whether the item is a part of it.
 * @returns The line, with its end.
 * @throws {TypeError} If JSON has no form for the value.
 */
export function recordLine(outcome: ItemOutcome, hasItem: boolean): string {
  const { item, status, value, error, key, attempts, durationMs } = outcome;
  const record = {
    key,
    index: item.index,
    ...(hasItem && { item: item.value }),
    status,
    ...(status === "ok" && { value: value ?? null }),
    ...(status === "failed" && { error: describe(error) }),
    attempts,
    ms: Math.round(durationMs * 10) / 10,
  };
  return `${JSON.stringify(record)}\n`;
}

/**
 * What failed an item, in one line of a list.
 *
 * @param error The error.
 * @returns The kind of the error, with its status or code.
 */
export function failureLabel(error: unknown): string {
  return errorLabel(rootOf(error));
}

/** The last attempt's own error: those of the others are in the journal. */
function describe(error: unknown): Record<string, unknown> {
  const root = rootOf(error);
  return { name: errorName(root), message: errorText(root), status: httpStatusOf(root) };
}
