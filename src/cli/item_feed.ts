import type { ReadItem } from "./item_reader.ts";

type Step = IteratorResult<ReadItem, void>;

/** Hands the items of the input to a map, and keeps which of them have not come out of it yet. */
export class ItemFeed {
  readonly #source: AsyncIterator<ReadItem, void>;
  /** Those that were read and have not come out, from `#first` on. */
  #waiting: ReadItem[] = [];
  #first = 0;
  /** The items that a map was given and that have not come out, the first of them numbered `#firstGiven` there. */
  #given: ReadItem[] = [];
  #firstGiven = 0;
  #isStopped = false;
  #isAtEnd = false;
  #read = 0;
  #wake: (() => void) | undefined = undefined;

  /** Of the items of `source`. */
  constructor(source: AsyncIterable<ReadItem>) {
    this.#source = source[Symbol.asyncIterator]() as AsyncIterator<ReadItem, void>;
  }

  /** How many items were read. */
  get read(): number {
    return this.#read;
  }

  /** Whether there are no more. */
  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** Reads no more. */
  stop(): void {
    this.#isStopped = true;
    this.#wake?.();
  }

  /** The items, without those whose lines are bad. */
  async *items(): AsyncGenerator<unknown, void, undefined> {
    for (let step = await this.#step(); step !== undefined; step = await this.#step()) {
      if (step.done) {
        this.#isAtEnd = true;
        return;
      }
      this.#read++;
      this.#waiting.push(step.value);
      if (step.value.fault !== undefined) continue;
      this.#given.push(step.value);
      yield step.value.value;
    }
    // What was asked of the input may never be answered, and is not waited for.
    void this.#source.return?.();
  }

  /** The item with this number in the map, unless it has come out. */
  given(number: number): ReadItem | undefined {
    return this.#given[number - this.#firstGiven];
  }

  /** What {@link take} is going to return. */
  peek(): ReadItem | undefined {
    return this.#waiting[this.#first];
  }

  /** The next item that comes out, or has a bad line; `undefined` where none is left. */
  take(): ReadItem | undefined {
    const item = this.peek();
    if (item === undefined) return undefined;
    if (item.fault === undefined) this.#given.shift(), this.#firstGiven++;
    if (++this.#first * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }

  /** The next line; `undefined` once it was stopped. */
  #step(): Promise<Step | undefined> {
    if (this.#isStopped) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.#wake = () => resolve(undefined);
      this.#source.next().then(resolve, reject);
    });
  }
}
