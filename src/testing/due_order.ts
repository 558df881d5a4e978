/** What comes due at some time. */
export interface Due {
  /** When, in milliseconds. */
  readonly dueMs: number;
}

interface Entry<T> {
  readonly item: T;
  /** Of those that are due at the same time, the one that was added first comes first. */
  readonly order: number;
}

/** Items in the order in which they come due: to add one or to take the first costs the logarithm of how many there are. */
export class DueOrder<T extends Due> {
  /** A heap: each entry comes before the two at twice its place, and one more. */
  readonly #heap: Entry<T>[] = [];
  readonly #items = new Set<T>();
  #added = 0;

  /** Those that are in, in no order. */
  get items(): Iterable<T> {
    return this.#items;
  }

  /** Puts `item` in. */
  add(item: T): void {
    this.#items.add(item);
    // What is never due has no place in the order.
    if (Number.isFinite(item.dueMs)) this.#rise({ item, order: ++this.#added });
  }

  /** Takes `item` out, if it is in. */
  delete(item: T): void {
    this.#items.delete(item);
    // It leaves its place when it is the first.
    if (this.#items.size === 0) this.#heap.length = 0;
  }

  /** Takes out the first that is due at `untilMs` or before; `undefined` where none is. */
  take(untilMs: number): T | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      const isIn = this.#items.has(first.item);
      if (isIn && first.item.dueMs > untilMs) return undefined;
      this.#removeFirst();
      if (isIn) {
        this.#items.delete(first.item);
        return first.item;
      }
    }
    return undefined;
  }

  #rise(entry: Entry<T>): void {
    const heap = this.#heap;
    let place = heap.length;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (isBefore(heap[above]!, entry)) break;
      heap[place] = heap[above]!;
      place = above;
    }
    heap[place] = entry;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let place = 0;
    for (let below = 1; below < heap.length; below = 2 * place + 1) {
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++;
      if (isBefore(last, heap[below]!)) break;
      heap[place] = heap[below]!;
      place = below;
    }
    heap[place] = last;
  }
}

function isBefore(one: Entry<Due>, other: Entry<Due>): boolean {
  const { dueMs } = other.item;
  return one.item.dueMs < dueMs || (one.item.dueMs === dueMs && one.order < other.order);
}
