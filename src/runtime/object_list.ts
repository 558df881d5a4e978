/**
 * An empty list of what is no number. `[]` is optimised for small numbers until something else comes in, which compiled
 * code that never saw that takes for a surprise: it is deoptimised whenever such a list is begun.
 *
 * @returns The list.
 */
export function objectList<T>(): T[] {
  const list: unknown[] = [null];
  list.length = 0;
  return list as T[];
}

/**
 * `items` as a list; unlike a literal it is not moved to where old things are kept because those before it lived long.
 *
 * @param items The first items.
 * @returns The list.
 */
export function listOf<T>(...items: T[]): T[] {
  return items;
}
