/** What a map takes its items from; an item that is a promise is awaited. */
export type Items<Item> = Iterable<Item | PromiseLike<Item>> | AsyncIterable<Item | PromiseLike<Item>>;

/**
 * Whether `value` can be iterated over, synchronously or asynchronously.
 *
 * @param value Any value.
 * @returns `true` for an iterable or an async iterable.
 */
export function isItems(value: unknown): value is Items<unknown> {
  if (typeof value === "string") return true;
  return typeof value === "object" && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
}

/**
 * How many items there are by now, where that is known without iterating over them.
 *
 * @param items The items of a run.
 * @returns The number, or `undefined` where it is not known.
 */
export function countItems(items: Items<unknown>): number | undefined {
  const { length, size } = items as { readonly length?: unknown; readonly size?: unknown };
  if (Array.isArray(items) || ArrayBuffer.isView(items)) return length as number;
  return items instanceof Set || items instanceof Map ? size as number : undefined;
}

/**
 * Keeps items of a list that are promises, and reject before it is their turn, from ending the process: each
 * rejection is reported where its item fails.
 *
 * @param items The items of a run.
 */
export function expectRejections(items: Items<unknown>): void {
  if (!Array.isArray(items)) return;
  // Before it is compiled, to iterate, or to ask a number for its class, takes longer than all else that a tiny item costs.
  for (let place = 0; place < items.length; place++) {
    const item = items[place];
    if (typeof item === "object" && item instanceof Promise) item.catch(() => {});
  }
}

/** The iterator over the items of a run; it is closed unless it ended by itself. */
export class ItemSource {
  /** Whether each item has to be waited for. */
  readonly isAsync: boolean;
  /** How many items there are in a list when it begins; 0 for what has to be asked. */
  readonly expected: number;
  /** The item that the source last moved on to. */
  item: unknown = undefined;
  /** Whether no more is to be asked of it. Only this class sets it. */
  isClosed = false;
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  /** A list is gone through without its iterator, which makes an object for each item; and where. */
  readonly #list: readonly unknown[] | undefined;
  #next = 0;
  #isOver = false;
  #isAsked = false;

  /** Opens the iterator of `items`. */
  constructor(items: Items<unknown>) {
    this.#list = Array.isArray(items) && items[Symbol.iterator] === Array.prototype.values ? items : undefined;
    this.isAsync = Symbol.asyncIterator in Object(items);
    this.expected = this.#list?.length ?? 0;
    this.#iterator = this.isAsync
      ? (items as AsyncIterable<unknown>)[Symbol.asyncIterator]()
      : (items as Iterable<unknown>)[Symbol.iterator]();
  }

  /** Moves a source that is not async on to its next item; `false` at its end. Throws what the source throws. */
  advance(): boolean {
    const list = this.#list;
    if (list !== undefined) {
      if (this.#next >= list.length) return false;
      this.item = list[this.#next++];
      return true;
    }
    // Not asked again once it throws or is at its end: such an iterator is not closed.
    this.#isAsked = true;
    const step = (this.#iterator as Iterator<unknown>).next();
    requireStep(step);
    if (step.done) return false;
    this.item = step.value;
    this.#isAsked = false;
    if (this.isClosed) void this.#return().catch(() => {});
    return true;
  }

  /** The next items of a list that is like all lists, `most` at most, which it moves on past; `undefined` for what has to be asked. */
  take(most: number): unknown[] | undefined {
    const list = this.#list;
    // A list of another class would make a list of that class.
    if (list === undefined || Object.getPrototypeOf(list) !== Array.prototype) return undefined;
    const items = list.slice(this.#next, this.#next + most);
    this.#next += items.length;
    return items;
  }

  /** The last `count` items that were taken are the next ones again. */
  putBack(count: number): void {
    this.#next -= count;
  }

  /** As {@link advance} for an async source, which is asked for one item at a time. */
  async advanceAsync(): Promise<boolean> {
    this.#isAsked = true;
    try {
      const step = await (this.#iterator as AsyncIterator<unknown>).next();
      requireStep(step);
      const hasItem = !step.done;
      if (hasItem) this.item = step.value;
      this.#isOver ||= !hasItem;
      return hasItem;
    } catch (error) {
      this.#isOver = true;
      throw error;
    } finally {
      this.#isAsked = false;
    }
  }

  /**
   * Ends the iterator, of which no more is asked; resolves once it has cleaned up. An async one that was asked
   * and has not answered may never do so, so that is not awaited. One that is not async and is closed from within,
   * as by a source that aborts its own run, is ended once it has answered.
   */
  async close(): Promise<void> {
    this.isClosed = true;
    if (this.#isOver || (this.#isAsked && !this.isAsync)) return;
    this.#isOver = true;
    const closed = this.#return();
    if (!this.#isAsked) await closed;
    else closed.catch(() => {});
  }

  async #return(): Promise<void> {
    await this.#iterator.return?.();
  }
}

/** What an iterator answers is read whole where it is asked, as reading may throw: the source has failed then, and no item. */
function requireStep(step: unknown): asserts step is IteratorResult<unknown> {
  if ((typeof step === "object" && step !== null) || typeof step === "function") return;
  throw new TypeError("The source of the items answered with what is no object");
}
