/** What a map takes its items from. */
export type Items<Item> = Iterable<Item> | AsyncIterable<Item>;

/** Whether `value` can be iterated over, at once or by and by. */
export function isItems(value: unknown): value is Items<unknown> {
  if (typeof value === "string") return true;
  return typeof value === "object" && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
}

/** How many items there are, where that can be told without going through them. */
export function countItems(items: Items<unknown>): number | undefined {
  const { length, size } = items as { readonly length?: unknown; readonly size?: unknown };
  if (Array.isArray(items) || ArrayBuffer.isView(items)) return length as number;
  return items instanceof Set || items instanceof Map ? size as number : undefined;
}

/** The iterator over the items of a run; it is closed unless it came to its end by itself. */
export class ItemSource {
  /** Whether each item has to be waited for. */
  readonly isAsync: boolean;
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  #isOver = false;
  #isAsked = false;

  /** Opens the iterator of `items`. */
  constructor(items: Items<unknown>) {
    this.isAsync = Symbol.asyncIterator in Object(items);
    this.#iterator = this.isAsync
      ? (items as AsyncIterable<unknown>)[Symbol.asyncIterator]()
      : (items as Iterable<unknown>)[Symbol.iterator]();
  }

  /** The next item of a source that is not async. */
  next(): IteratorResult<unknown> {
    // Until it answers: an iterator that throws is not closed.
    this.#isOver = true;
    const step = (this.#iterator as Iterator<unknown>).next();
    this.#isOver = step.done === true;
    return step;
  }

  /** The next item of an async source; it is asked for one at a time. */
  async nextAsync(): Promise<IteratorResult<unknown>> {
    this.#isAsked = true;
    try {
      const step = await (this.#iterator as AsyncIterator<unknown>).next();
      this.#isOver ||= step.done === true;
      return step;
    } catch (error) {
      this.#isOver = true;
      throw error;
    } finally {
      this.#isAsked = false;
    }
  }

  /**
   * Tells the iterator that no more is asked of it; resolves once it has cleaned up. An async one that was asked
   * and has not answered may never do so, so nobody waits for that.
   */
  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    const closed = this.#iterator.return?.();
    if (!this.#isAsked) await closed;
    else Promise.resolve(closed).catch(() => {});
  }
}
