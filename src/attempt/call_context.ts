/** What a running function can know of the call it runs in. */
export interface CallContext {
  /** The number of this attempt, from 1. */
  readonly attempt: number;
  /** The round, from 0. */
  readonly retry: number;
  /** The index of the fallback value in use, or `undefined` without `argFallback`. */
  readonly fallbackIndex: number | undefined;
  /** The item's place in a map, from 0, or `undefined` outside a map. */
  readonly index: number | undefined;
  /** The id that the log lines and events of the call bear. */
  readonly correlationId: string;
  /**
   * The same for all attempts of the call, wherever they are made, and for no other call: for what must not be done twice,
   * such as an upsert or a request with an `Idempotency-Key`. With a journal an item has the same in later runs, too.
   */
  readonly idempotencyKey: string;
  /** Aborts on timeout, deadline or the caller's abort; never after the attempt has ended. */
  readonly signal: AbortSignal;
  /**
   * Corrects what this attempt costs of each limit in `rateLimit` that has a `cost`, once that is known, as from the usage
   * that a model answers with; also after the attempt has ended, and as often as more is known. Tokens that it did not need
   * come back, and what it took beyond is waited for by those to come. Without such a limit it does nothing.
   *
   * @param cost What it cost, 0 or more.
   * @throws {ConfigurationError} If `cost` is no finite number from 0.
   * @throws {Error} In a worker of a pool: the rate limit is kept by its caller.
   */
  settle(cost: number): void;
}
