import type { Duration } from "../time/duration.ts";

/** What a function lets see and do of its rate limit: all that share it are meant. */
export interface LimiterHandle {
  /** How many attempts wait for their turn. */
  readonly waiting: number;
  /**
   * How many tokens are there to be taken at once: of several limits, or of those of several keys, the fewest; none while an
   * attempt waits.
   */
  readonly available: number;
  /**
   * Lets no attempt start for a while, in seconds or with its unit. A pause under way that ends later stays. An attempt that would wait for
   * longer than its `rateLimitMaxWait` fails at once with a `RateLimitError`.
   *
   * @param duration How long: seconds, or with a unit.
   * @throws {ConfigurationError} If it is no duration.
   */
  pause(duration: Duration): void;
  /** Ends a pause and forgets all starts: the bucket is full. */
  reset(): void;
}
