import { objectList } from "../runtime/object_list.ts";
import type { SourceFailure } from "./drain.ts";
import type { ItemSource } from "./item_source.ts";

/** What was pulled from a source at once. */
export interface PulledItems {
  /** Items that can begin together. */
  readonly items: unknown[];
  /** The one after them, where it cannot begin with others. */
  readonly apart: { readonly item: unknown } | undefined;
  /** Whether the source has no more. */
  readonly isEnd: boolean;
  /** What the source threw in place of the next item. */
  readonly failure: SourceFailure | undefined;
}

/**
 * Pulls items from a source that is not async, up to its end, to what it throws, or to an item that cannot begin with
 * others. It stops, too, when the source is closed while it is asked.
 *
 * @param source The source.
 * @param most How many items there may be.
 * @param isApart Whether an item cannot begin with others, given how many were pulled before it.
 * @returns What was pulled.
 */
export function pullItems(
  source: ItemSource,
  most: number,
  isApart: (item: unknown, place: number) => boolean,
): PulledItems {
  const items = objectList<unknown>();
  try {
    while (items.length < most) {
      if (!source.advance()) return { items, apart: undefined, isEnd: true, failure: undefined };
      const { item } = source;
      if (source.isClosed) break;
      if (isApart(item, items.length)) {
        return { items, apart: { item }, isEnd: false, failure: undefined };
      }
      items.push(item);
    }
    return { items, apart: undefined, isEnd: false, failure: undefined };
  } catch (error) {
    return { items, apart: undefined, isEnd: true, failure: { reason: error } };
  }
}
