import { errorName } from "./error_label.ts";
import { hideCause, isCloneable } from "./foreign_cause.ts";
import { nameClass } from "./name_class.ts";
import { OperoError } from "./opero_error.ts";

/** What is known of one run of the user's function that failed. */
export interface AttemptRecord {
  /** The place among all attempts of the call, from 1. */
  readonly number: number;
  /** The round in which it ran, from 0. */
  readonly retry: number;
  /** The index of the fallback value it ran with, or `undefined` without `argFallback`. */
  readonly fallbackIndex: number | undefined;
  /** When it began; a first attempt is dated to the turn of the event loop it began in. */
  readonly startedAt: Date;
  /** How long it ran, in seconds. */
  readonly duration: number;
  /** What it threw. */
  readonly error: unknown;
}

/**
 * Why a call stopped: its attempts were used up, its deadline came, the server asked for too long a wait, or the retry
 * budget was used up.
 */
export type AllFailedReason = "attempts" | "deadline" | "retry_after" | "budget";

/** What {@link AllFailedError} is made of. */
export interface AllFailedInit {
  /** A record per failed attempt, in the order in which they ended. */
  readonly attempts: readonly AttemptRecord[];
  /** Why no further attempt was made. */
  readonly reason: AllFailedReason;
  /** The id that the log lines and events of the call bear. */
  readonly correlationId: string;
  /** What refused the attempt that was to come next, such as a `CircuitOpenError`; `undefined` where nothing did. */
  readonly refusal?: unknown;
}

/** Puts an `AllFailedError` into words and data. */
export interface FailureWords {
  /** What its `summary()` returns. */
  readonly summarize: (error: AllFailedError) => string;
  /** What its `toJSON()` returns. */
  readonly describe: (error: AllFailedError) => Record<string, unknown>;
}

/**
 * The words of all of them. The code that makes or rebuilds such errors sets them: the class alone, imported for `instanceof`,
 * loads nothing of what looks through foreign errors and their causes.
 */
export const failureWords: { current: FailureWords | undefined } = { current: undefined };

/**
 * Every attempt of a call failed. It holds all of their errors; its text names only their kinds,
 * since messages may hold what should not be printed.
 *
 * @example
 * ```ts
 * import { AllFailedError, opero } from "@opero/core";
 * import { assertEquals, assertInstanceOf } from "@std/assert";
 *
 * const flaky = opero((): string => { throw new RangeError("no"); }, { retries: 1, minDelay: "1ms" });
 * const error = await flaky().catch((error) => error);
 * assertInstanceOf(error, AllFailedError);
 * assertEquals(error.attempts.length, 2);
 * assertEquals(Object.keys(error.errorsByType()), ["RangeError"]);
 * ```
 */
export class AllFailedError extends OperoError {
  static {
    nameClass(this, "AllFailedError");
  }

  /**
   * What every attempt threw, in order. Where the call stopped as the next attempt was refused, the refusal is the last of
   * them: a `CircuitOpenError`, an `OverloadError` or a `RateLimitError`. It is no attempt, and so has no record.
   */
  readonly errors: readonly unknown[];
  /** A record per attempt, in order. */
  readonly attempts: readonly AttemptRecord[];
  /** Why no further attempt was made. */
  readonly reason: AllFailedReason;
  /** The id that the log lines and events of the call bear. */
  readonly correlationId: string;

  /**
   * Makes the error; its `cause` is the last of `errors`.
   *
   * @param message How many attempts failed, and how.
   * @param init The attempts, and why no other follows.
   */
  constructor(message: string, init: AllFailedInit) {
    const refusals = init.refusal === undefined ? [] : [init.refusal];
    const errors = [...init.attempts.map((attempt) => attempt.error), ...refusals];
    const cause = errors.at(-1);
    const isPlain = isCloneable(cause);
    super("ALL_FAILED", message, isPlain ? { cause } : undefined);
    this.attempts = init.attempts;
    this.errors = errors;
    this.reason = init.reason;
    this.correlationId = init.correlationId;
    if (!isPlain) hideCause(this, cause);
  }

  /**
   * The errors, grouped by the name of their kind.
   *
   * @returns The errors by name.
   */
  errorsByType(): Record<string, unknown[]> {
    const groups: Record<string, unknown[]> = Object.create(null);
    for (const error of this.errors) (groups[errorName(error)] ??= []).push(error);
    return groups;
  }

  /**
   * A line per attempt: round, fallback value by its index, start, duration, kind of error; and one for a refusal. Of an
   * error made by hand, where nothing was wrapped so far, it is the message alone.
   *
   * @returns The lines.
   */
  summary(): string {
    return failureWords.current?.summarize(this) ?? this.message;
  }

  /**
   * What `JSON.stringify` writes: all but the stack, with each error as its name, message and code; `attempts` also has
   * their causes.
   *
   * @returns Plain data.
   */
  toJSON(): Record<string, unknown> {
    const { name, code, message, reason, correlationId } = this;
    return failureWords.current?.describe(this) ?? { name, code, message, reason, correlationId };
  }
}
