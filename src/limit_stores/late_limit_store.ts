import type { Booked, Booking, BookOptions, LimitStore, SettleOptions } from "../limiter/store/limit_store.ts";

/** A store whose code is loaded when it is first used. */
export class LateLimitStore implements LimitStore {
  readonly #kind: string;
  readonly #open: () => Promise<LimitStore>;
  #opening: Promise<LimitStore> | undefined = undefined;
  #isClosed = false;

  /** The store that `open` opens, of this kind. */
  constructor(kind: string, open: () => Promise<LimitStore>) {
    this.#kind = kind;
    this.#open = open;
  }

  /** Books slots of every limit at once, or of none. */
  async book(bookings: readonly Booking[], options: BookOptions): Promise<Booked> {
    return await (await this.#opened()).book(bookings, options);
  }

  /** Lets no slot be earlier than in `forMs` milliseconds. */
  async pause(key: string, forMs: number): Promise<void> {
    await (await this.#opened()).pause(key, forMs);
  }

  /** Takes `cost` tokens more, or gives some back. */
  async settle(key: string, cost: number, options: SettleOptions): Promise<void> {
    await (await this.#opened()).settle(key, cost, options);
  }

  /** Forgets all that is known of a limit. */
  async reset(key: string): Promise<void> {
    await (await this.#opened()).reset(key);
  }

  /** Calls `onPause` with each pause of a limit, and with 0 where it is reset. */
  watch(key: string, onPause: (forMs: number) => void): () => void {
    let stop: (() => void) | undefined;
    let isWatching = !this.#isClosed;
    if (isWatching) {
      this.#opened().then(
        (store) => stop = isWatching && !this.#isClosed ? store.watch(key, onPause) : undefined,
        () => {},
      );
    }
    return () => {
      isWatching = false;
      stop?.();
    };
  }

  /** Closes it, if it was opened. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await (await this.#opening)?.[Symbol.asyncDispose]();
  }

  #opened(): Promise<LimitStore> {
    if (this.#opening === undefined && this.#isClosed) {
      return Promise.reject(new Error(`The ${this.#kind} limits are closed`));
    }
    return this.#opening ??= this.#open();
  }
}
