import { backoffDelayMs, type BackoffPolicy } from "../../retry/backoff.ts";
import type { Clock } from "../../time/clock.ts";
import { readField } from "../../errors/read_field.ts";
import { retryAfterMs } from "../../retry/retry_after.ts";

/** Keys whose failures are remembered; past that the oldest is forgotten. */
const MAX_KEYS = 10_000;

/** A backoff of nothing, which is fine between two attempts of one call, would ask the source at every call. */
const MIN_DELAY_MS = 100;
const MIN_FACTOR = 1.5;

/** The longest gap is at least this long, and such that with jitter it is no shorter than that between refreshes that succeed. */
const MIN_MAX_DELAY_MS = 2_000;
const TTLS = 2;

interface Failures {
  readonly count: number;
  readonly delayMs: number;
  readonly untilMs: number;
}

/** When a source that failed to give a new value may be asked for it again, while an old one can be served. */
export class RefreshPace {
  readonly #policy: BackoffPolicy;
  readonly #maxRetryAfterMs: number;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #failures = new Map<unknown, Failures>();

  /** The gaps are those of `backoff`, but never so small that trouble makes the load grow beyond one refresh each `ttlMs`. */
  constructor(backoff: RefreshBackoff, ttlMs: number, clock: Clock, random: () => number) {
    const minDelayMs = Math.max(MIN_DELAY_MS, backoff.minDelayMs);
    this.#policy = {
      minDelayMs,
      maxDelayMs: Math.max(minDelayMs, backoff.maxDelayMs, MIN_MAX_DELAY_MS, Number.isFinite(ttlMs) ? TTLS * ttlMs : 0),
      backoffFactor: Math.max(MIN_FACTOR, backoff.backoffFactor),
      jitter: backoff.jitter,
    };
    this.#maxRetryAfterMs = backoff.maxRetryAfterMs;
    this.#clock = clock;
    this.#random = random;
  }

  /** Whether the source may be asked now. */
  mayTry(key: unknown): boolean {
    if (this.#failures.size === 0) return true;
    const failures = this.#failures.get(key);
    return failures === undefined || this.#clock.now() >= failures.untilMs;
  }

  /** It failed with `error`, after all attempts of a call. */
  recordFailure(key: unknown, error: unknown): void {
    const { count = 0, delayMs: previousMs = this.#policy.minDelayMs } = this.#failures.get(key) ?? {};
    const backoffMs = backoffDelayMs(this.#policy, count, previousMs, this.#random);
    const askedMs = Math.min(this.#maxRetryAfterMs, retryAfterMs(lastOf(error), this.#clock.wallNow()) ?? 0);
    const delayMs = Math.max(backoffMs, askedMs);
    this.forget(key);
    this.#failures.set(key, { count: count + 1, delayMs: backoffMs, untilMs: this.#clock.now() + delayMs });
    if (this.#failures.size > MAX_KEYS) this.#failures.delete(this.#failures.keys().next().value);
  }

  /** It answered, or its value was removed. */
  forget(key: unknown): void {
    if (this.#failures.size > 0) this.#failures.delete(key);
  }

  /** All values were removed. */
  forgetAll(): void {
    this.#failures.clear();
  }
}

/** The course of the gaps between refreshes that fail. */
export interface RefreshBackoff extends BackoffPolicy {
  /** The longest wait that a source may ask for, in milliseconds. */
  readonly maxRetryAfterMs: number;
}

/** What the source said last. */
function lastOf(error: unknown): unknown {
  return readField(error, "cause") ?? error;
}
