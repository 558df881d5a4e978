import type { Fault } from "../../tests/support/faulty_item.ts";
import { STORM_FAULTS } from "../../tests/support/fault_storm.ts";

/** So many items go to a map at once. */
export const ITEMS_A_ROUND = 200;
/** One item of so many goes wrong. */
export const FAULT_EVERY = 50;
/** The limit of an item, in milliseconds. */
export const ITEM_LIMIT_MS = 500;

/** Filling a heap takes seconds of a whole core, so that little else would be tried. */
const FAULTS = STORM_FAULTS.filter((fault) => !fault.startsWith("heap"));

/** What goes wrong in the item `id`: one way after the other. */
export function faultOf(id: number): Fault | undefined {
  return id % FAULT_EVERY === 0 ? FAULTS[(id / FAULT_EVERY) % FAULTS.length] : undefined;
}
