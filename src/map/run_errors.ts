import { errorLabel, rootOf } from "../errors/error_label.ts";
import { MapError, type MapItemError } from "../errors/map_error.ts";
import { tallyItems } from "./tally_items.ts";

/** What a run has come to. */
export interface RunOutcome {
  /** The name of the function, in quotes. */
  readonly name: string;
  /** The failed items. */
  readonly errors: MapItemError[];
  /** The results, with a place for each item or without those that failed. */
  readonly results: readonly unknown[];
}

/**
 * The error for a run whose items were all tried.
 *
 * @param outcome What the run has come to.
 * @param failed How many items failed, of which not all may be known.
 * @param total How many items there were.
 * @returns The error, to be thrown.
 */
export function failedItems({ name, errors, results }: RunOutcome, failed: number, total: number): MapError {
  const sorted = errors.sort((one, other) => one.index - other.index);
  const message = `${failed} of ${total === 1 ? "1 item" : `${total} items`} of ${name} failed: ${tallyItems(sorted)}`;
  return new MapError(message, results, sorted);
}

/**
 * The error for a run that one item has stopped.
 *
 * @param outcome What the run has come to.
 * @param index The place of the item.
 * @param error What it failed with.
 * @returns The error, to be thrown.
 */
export function stoppedByItem({ name, errors, results }: RunOutcome, index: number, error: unknown): MapError {
  const message = `The map of ${name} was stopped as item ${index} failed: ${errorLabel(rootOf(error))}`;
  return new MapError(message, results, errors);
}
