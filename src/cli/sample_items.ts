import type { ReadItem } from "./item_reader.ts";

/** The same items are drawn each time: a run that is continued has to meet those of before. */
const SEED = 0x9e3779b9;

/**
 * Draws items at random, each with the same chance: algorithm R (Vitter, 1985). It holds those that it draws.
 *
 * @param items The items.
 * @param count How many to draw.
 * @returns The items that were drawn, in their order.
 */
export async function* sampleItems(
  items: AsyncIterable<ReadItem>,
  count: number,
): AsyncGenerator<ReadItem, void, undefined> {
  const drawn: ReadItem[] = [];
  const random = randomFrom(SEED);
  let seen = 0;
  for await (const item of items) {
    const place = seen < count ? seen : Math.floor(random() * (seen + 1));
    if (place < count) drawn[place] = item;
    seen++;
  }
  yield* drawn.sort((one, other) => one.index - other.index);
}

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}
