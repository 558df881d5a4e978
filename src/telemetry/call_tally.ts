import { errorName, rootOf } from "../errors/error_label.ts";
import { isOfKind } from "../errors/error_kind.ts";
import { toSeconds } from "../time/duration.ts";
import { LatencyHistogram } from "./latency_histogram.ts";

/** How long calls took, in seconds; 0 as long as none has ended. A quantile is off by 1.6 % at most. */
export interface LatencyStats {
  /** Half of the calls took no longer. */
  readonly p50: number;
  /** Nine in ten took no longer. */
  readonly p90: number;
  /** Ninety-nine in a hundred took no longer. */
  readonly p99: number;
  /** The longest. */
  readonly max: number;
}

/** What the calls of a function came to, since it was wrapped. */
export interface CallStats {
  /** The calls that were made; those that are neither succeeded nor failed run now. */
  readonly calls: number;
  /** Those that have their result, be it from the cache or a fallback value. */
  readonly succeeded: number;
  /** Those that rejected. */
  readonly failed: number;
  /** Further rounds after a failed one. */
  readonly retries: number;
  /** Moves to the next fallback value of `argFallback`. */
  readonly fallbacks: number;
  /** Attempts that ended with a `TimeoutError`. */
  readonly timeouts: number;
  /** Attempts that a policy refused before they began: the rate limit, an open circuit, an overload. */
  readonly shed: number;
  /** Seconds waited for the rate limit and between attempts, all calls together. */
  readonly waited: number;
  /** How long calls took, those from the cache and those that failed as well. */
  readonly latency: LatencyStats;
  /** How many calls failed by the name of what their last attempt threw; from the 33rd name on they are `other`. */
  readonly errorsByType: Readonly<Record<string, number>>;
}

/** Counts of more names than these are one. */
const MAX_NAMES = 32;
const OTHER = "other";

/** Counts what happens in the calls of one function. */
export class CallTally {
  readonly #latency = new LatencyHistogram();
  readonly #errors = new Map<string, number>();
  #calls = 0;
  #succeeded = 0;
  #failed = 0;
  #timeouts = 0;
  #waitedMs = 0;
  /** Further rounds. */
  retries = 0;
  /** Moves to the next fallback value. */
  fallbacks = 0;
  /** Attempts that were refused. */
  shed = 0;

  /** A call was made. */
  begin(): void {
    this.#calls++;
  }

  /** A call has its result, after `ms` milliseconds. */
  succeed(ms: number): void {
    this.#succeeded++;
    this.#latency.add(ms);
  }

  /** A call rejected with `error`, after `ms` milliseconds. */
  fail(ms: number, error: unknown): void {
    this.#failed++;
    this.#latency.add(ms);
    const name = errorName(rootOf(error));
    const counted = this.#errors.has(name) || this.#errors.size < MAX_NAMES ? name : OTHER;
    this.#errors.set(counted, (this.#errors.get(counted) ?? 0) + 1);
  }

  /** An attempt threw `error`. */
  countAttempt(error: unknown): void {
    if (isOfKind(error, "TIMEOUT")) this.#timeouts++;
  }

  /** A call has waited for `ms` milliseconds. */
  addWait(ms: number): void {
    this.#waitedMs += ms;
  }

  /** What was counted so far. */
  read(): CallStats {
    const latency = this.#latency;
    return {
      calls: this.#calls,
      succeeded: this.#succeeded,
      failed: this.#failed,
      retries: this.retries,
      fallbacks: this.fallbacks,
      timeouts: this.#timeouts,
      shed: this.shed,
      waited: toSeconds(this.#waitedMs),
      latency: {
        p50: latency.quantile(0.5),
        p90: latency.quantile(0.9),
        p99: latency.quantile(0.99),
        max: latency.max,
      },
      // A name may be that of a property that every object has.
      errorsByType: Object.fromEntries(this.#errors),
    };
  }
}
