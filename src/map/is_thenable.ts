/**
 * Whether an item has to be awaited. A `then` that throws when it is read is found out where that is done, which fails
 * the item.
 *
 * @param item The item.
 * @returns `true` for a promise and its like.
 */
export function isThenable(item: object): item is PromiseLike<unknown> {
  if (item instanceof Promise) return true;
  try {
    return typeof (item as { then?: unknown }).then === "function";
  } catch {
    return true;
  }
}
