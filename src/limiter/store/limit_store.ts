/** One limit of which slots are booked. */
export interface Booking {
  /**
   * What the limit is known by to all who share it. Those of one call are the same up to their last `#`: a store that spreads its
   * keys over servers keeps them together by what is before it.
   */
  readonly key: string;
  /** The time in which one token comes back, in milliseconds. */
  readonly intervalMs: number;
  /** How many tokens there are at most. */
  readonly burst: number;
  /** How many tokens each slot takes. */
  readonly cost: number;
}

/** How slots are booked. */
export interface BookOptions {
  /** How many, from 1. */
  readonly slots: number;
  /** The longest wait until the first of them, in milliseconds; by default there is no limit. */
  readonly maxWaitMs?: number | undefined;
  /**
   * The first slot is no earlier than so many milliseconds from now. Below zero it may lie in the past by so much, for those
   * who have waited since then.
   * @default 0
   */
  readonly notBeforeMs?: number | undefined;
  /** Who books: a text of its own for each limiter. */
  readonly client: string;
}

/** What a store answers to a booking. */
export type Booked =
  | {
    /** The time until the first slot, in milliseconds. */
    readonly waitMs: number;
    /**
     * What the bucket had to spare: slot `j` from 0 comes `max(0, j * spacing - spareMs)` after the first, where `spacing` is the
     * largest `cost * intervalMs`.
     */
    readonly spareMs: number;
    /** How many clients booked slots of the first limit within the last 3 seconds. */
    readonly clients: number;
  }
  | {
    /** Nothing is booked, as the wait would be too long. */
    readonly refused: "wait";
    /** The wait in milliseconds. */
    readonly waitMs: number;
  }
  | {
    /** Nothing is booked, as a slot costs more than the burst of a limit. */
    readonly refused: "cost";
    /** The place of that limit. */
    readonly index: number;
  };

/** What a correction of a cost is about. */
export interface SettleOptions {
  /** How long ago the tokens were taken, in milliseconds: of a bucket that has been full since none come back. */
  readonly agoMs: number;
  /** The time in which one token comes back, in milliseconds. */
  readonly intervalMs: number;
}

/**
 * Where limits are kept that several processes share. Times are those of the store's own clock, so that clients need not agree
 * on one; its answers are lengths of time. A method rejects where the store cannot be reached; it may take its time for
 * that, the limiter does not wait for it.
 */
export interface LimitStore extends AsyncDisposable {
  /**
   * Books slots of every limit at once, or of none.
   *
   * @param bookings What is to be booked, all or nothing.
   * @param options How the limit is kept.
   * @returns What was booked, or how long it is to wait.
   */
  book(bookings: readonly Booking[], options: BookOptions): Promise<Booked>;
  /**
   * Lets no slot of a limit be earlier than `forMs` milliseconds from now; a pause under way that is longer stays.
   *
   * @param key The key of the limit.
   * @param forMs How long, in milliseconds.
   */
  pause(key: string, forMs: number): Promise<void>;
  /**
   * Takes `cost` tokens more of a limit, or gives back as many below zero.
   *
   * @param key The key of the limit.
   * @param cost How many tokens; below zero they come back.
   * @param options How the limit is kept.
   */
  settle(key: string, cost: number, options: SettleOptions): Promise<void>;
  /**
   * Forgets all that is known of a limit: its bucket is full.
   *
   * @param key The key of the limit.
   */
  reset(key: string): Promise<void>;
  /**
   * Calls `onPause` with the length of each pause in milliseconds that begins, by whichever client, and with 0 where the limit is
   * reset, until the answer is called. Pauses while the store cannot be reached may be missed.
   *
   * @param key The key of the limit.
   * @param onPause What is called with the pause.
   */
  watch(key: string, onPause: (forMs: number) => void): () => void;
}
