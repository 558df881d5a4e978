import type { ItemRange } from "./item_range.ts";

/** Ranges of items that wait to be sent, the longest waiting first. */
export class RangeQueue {
  #ranges: ItemRange[] = [];
  /** How many items of the first were taken. */
  #taken = 0;
  /** How many items wait. Only this class sets it. */
  length = 0;

  /** Puts `range` behind all others. */
  push(range: ItemRange): void {
    this.length += range.items.length;
    this.#ranges.push(range);
  }

  /** Takes up to `count` items out that follow each other; there must be one. */
  take(count: number): ItemRange {
    const first = this.#ranges[0]!;
    const from = this.#taken;
    const { length } = first.items;
    const left = length - from;
    this.length -= Math.min(count, left);
    if (count < left) {
      this.#taken += count;
      return first.part(from, from + count);
    }
    this.#ranges.shift();
    this.#taken = 0;
    if (count > left && this.#ranges[0]?.follows(first)) {
      return first.part(from, length, this.#takeNext(first, count - left));
    }
    return from === 0 ? first : first.part(from, length);
  }

  /** Takes all out. */
  takeAll(): ItemRange[] {
    const ranges: ItemRange[] = [];
    while (this.#ranges.length > 0) ranges.push(this.take(this.#ranges[0]!.items.length - this.#taken));
    return ranges;
  }

  /** Takes up to `count` items out that follow those of `last`. */
  #takeNext(last: ItemRange, count: number): unknown[] {
    const items: unknown[] = [];
    for (let range = this.#ranges[0]; range?.follows(last); range = this.#ranges[0]) {
      while (this.#taken < range.items.length && items.length < count) items.push(range.items[this.#taken++]);
      if (this.#taken < range.items.length) break;
      this.#ranges.shift();
      this.#taken = 0;
      last = range;
    }
    this.length -= items.length;
    return items;
  }
}
