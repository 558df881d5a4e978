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

/** Which items cannot begin with others. */
export interface ApartRule {
  /** Whether `item` cannot, given how many were pulled before it. */
  readonly isApart: (item: unknown, place: number) => boolean;
  /** Whether no item but an object ever is such a one. */
  readonly isOfObjects: boolean;
}

/**
 * Pulls items from a source that is not async, up to its end, to what it throws, or to an item that cannot begin with
 * others. It stops, too, when the source is closed while it is asked.
 *
 * @param source The source.
 * @param most How many items there may be.
 * @param rule Which of them cannot begin with others.
 * @returns What was pulled.
 */
export function pullItems(source: ItemSource, most: number, rule: ApartRule): PulledItems {
  // A list gives its part at once, as to ask for each item takes longer than all else that is done for a tiny one.
  const items = source.take(most);
  if (items === undefined) return pullEach(source, most, rule);
  for (let place = 0; place < items.length; place++) {
    const item = items[place];
    // A hole is an item, too, which those who go through the part must not leave out.
    if (item === undefined) items[place] = undefined;
    if (rule.isOfObjects && (typeof item !== "object" || item === null)) continue;
    if (!rule.isApart(item, place)) continue;
    source.putBack(items.length - place - 1);
    items.length = place;
    return { items, apart: { item }, isEnd: false, failure: undefined };
  }
  return { items, apart: undefined, isEnd: items.length < most, failure: undefined };
}

function pullEach(source: ItemSource, most: number, rule: ApartRule): PulledItems {
  const items = objectList<unknown>();
  try {
    while (items.length < most) {
      if (!source.advance()) return { items, apart: undefined, isEnd: true, failure: undefined };
      const { item } = source;
      if (source.isClosed) break;
      const mayBeApart = !rule.isOfObjects || (typeof item === "object" && item !== null);
      if (mayBeApart && rule.isApart(item, items.length)) {
        return { items, apart: { item }, isEnd: false, failure: undefined };
      }
      items.push(item);
    }
    return { items, apart: undefined, isEnd: false, failure: undefined };
  } catch (error) {
    return { items, apart: undefined, isEnd: true, failure: { reason: error } };
  }
}
