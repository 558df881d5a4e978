import type { Clock } from "../time/clock.ts";
import { toSeconds } from "../time/duration.ts";
import { AllFailedError, type AllFailedReason, type AttemptRecord } from "../errors/all_failed_error.ts";
import { RateLimitError } from "../errors/rate_limit_error.ts";
import { type Call, stateOf } from "../call/call.ts";
import type { CallState, EndedAttempt } from "../call/call_state.ts";
import { dropResponse } from "../call/drop_response.ts";
import { isOfKind } from "../errors/error_kind.ts";
import { errorLabel } from "../errors/error_label.ts";
import { isAbortError } from "../errors/is_abort_error.ts";
import { correlationIdOf } from "../telemetry/telemetry.ts";
import { Attempt, beginAttempt, openAttempt } from "./attempt.ts";
import { retryContext, type RetryPredicate } from "./retry_context.ts";

/** What the log needs to know of the function it is kept for. */
export interface FailureLogOptions {
  /** The name of the wrapped function. */
  readonly functionName: string;
  /** Dates the attempts. */
  readonly clock: Clock;
  /** For correlation ids. */
  readonly random: () => number;
  /** Decides whether another round may follow. */
  readonly retryOn: RetryPredicate;
  /** Whether the user chose that, in place of the default, which leaves bugs out. */
  readonly isRetryOnGiven: boolean;
  /** How many rounds may follow the first. */
  readonly retries: number;
  /** Decides whether the next fallback value may be tried. */
  readonly fallbackOn: RetryPredicate;
  /** Whether the caller gets what the last attempt threw, in place of the error of them all. */
  readonly reraise: boolean;
}

/**
 * Records how attempts end, and words the error of them all. What may follow is decided once, where an attempt ends;
 * what asks for it later changes nothing.
 */
export class FailureLog {
  readonly #options: FailureLogOptions;
  readonly #made = new WeakSet<AllFailedError>();

  /** A log for one wrapped function; what it keeps stands with each call. */
  constructor(options: FailureLogOptions) {
    this.#options = options;
  }

  /**
   * Records that the attempt under way of `call` ended with `error`, and decides what may follow it. Nothing happens where
   * a layer within has done so, or where the call is over and no attempt runs.
   *
   * @throws {unknown} What `retryOn` or `fallbackOn` throws; it ends the call.
   */
  record(call: Call, error: unknown): void {
    const attempt = openAttempt(call) ?? this.#attemptOf(call, error);
    if (attempt === undefined) return;
    call.attempt = attempt;
    const state = stateOf(call);
    if (!state.isFinal) state.attempts.push(this.#recordOf(attempt, error));
    attempt.end(state.isFinal || isAborted(state) || isAbortError(error) ? "final" : "failed", error);
    state.addEnded(attempt);
    if (attempt.outcome === "failed") this.#decide(call, state, attempt);
    else state.isFinal = true;
  }

  /** Records that an attempt of `call` was refused with `error` before it began: the next fallback value may be tried. */
  refuse(call: Call, error: unknown): void {
    const state = stateOf(call);
    const attempt = new Attempt(call);
    attempt.end("refused", error);
    attempt.canTryNext = state.hasNextValue;
    state.addEnded(attempt);
  }

  /** Whether the next fallback value may be tried. */
  canTryNext(call: Call): boolean {
    const state = stateOf(call);
    return !isOver(state) && state.hasNextValue && state.round.at(-1)?.canTryNext === true;
  }

  /** Whether another round may follow: an error of this one is to be retried. */
  canRetry(call: Call): boolean {
    const state = stateOf(call);
    return !isOver(state) && state.round.some((attempt) => attempt.canRetry);
  }

  /** Whether the latest round of `call` ended with a value that was refused. */
  isRefused(call: Call): boolean {
    return stateOf(call).round.at(-1)?.outcome === "refused";
  }

  /** Ends `call` after `error`, which no round may follow, and answers with what it rejects with. */
  end(call: Call, error: unknown): unknown {
    const state = stateOf(call);
    // A call that is aborted as its attempt fails ends with the reason of the abort.
    if (isAborted(state)) {
      if (error !== state.scope!.reason) dropResponse(error);
      return state.scope!.reason;
    }
    if (isOver(state)) return error;
    if (this.isRefused(call)) return soonestRefusal(state.round) ?? error;
    return this.roundErrors(call).length > 1 ? this.allFailed(call, "attempts") : error;
  }

  /** Begins another round of `call`. */
  beginRound(call: Call): void {
    const state = stateOf(call);
    state.retry++;
    state.round = [];
  }

  /** What the attempts of the latest round of `call` threw. */
  roundErrors(call: Call): unknown[] {
    return stateOf(call).round.filter(({ outcome }) => outcome !== "refused").map(({ error }) => error);
  }

  /** Whether `error` was made by this log, and was not thrown by the function, of calls of its own. */
  isOwn(error: unknown): error is AllFailedError {
    return error instanceof AllFailedError && this.#made.has(error);
  }

  /** The error that holds all attempts of `call`. */
  allFailed(call: Call, reason: AllFailedReason): AllFailedError {
    const state = stateOf(call);
    state.isFinal = true;
    if (!this.#options.reraise) dropResponse(state.attempts.at(-1)?.error);
    const message = WORDING[reason](JSON.stringify(this.#options.functionName), state.attempts.length);
    const failed = new AllFailedError(message + tally(state.attempts.map((attempt) => attempt.error)), {
      attempts: state.attempts,
      reason,
      correlationId: correlationIdOf(call, this.#options.random),
    });
    if (this.#options.reraise) this.#made.add(failed);
    return failed;
  }

  /** An attempt that a layer failed with `error` before the function ran, as a layer of the user's may. */
  #attemptOf(call: Call, error: unknown): Attempt | undefined {
    const state = stateOf(call);
    if (isOver(state) || state.round.some((ended) => ended.error === error)) return undefined;
    beginAttempt(call, this.#options.clock.now());
    return new Attempt(call);
  }

  /** Asks the predicates of the user, each once for an attempt. */
  #decide(call: Call, state: CallState, attempt: Attempt): void {
    const { retryOn, fallbackOn, random } = this.#options;
    const { error } = attempt;
    try {
      attempt.canRetry = this.#isOutOfAttempts(state, error) || retryOn(error, retryContext(call, random));
      attempt.canTryNext = state.hasNextValue && fallbackOn(error, retryContext(call, random));
    } catch (thrown) {
      attempt.end("final", error);
      state.isFinal = true;
      throw thrown;
    }
  }

  /**
   * Where no retry is asked for, none is left out for a bug either: its attempts are used up as by any other error. A
   * wrong option is still told as it is.
   */
  #isOutOfAttempts(state: CallState, error: unknown): boolean {
    const { retries, isRetryOnGiven } = this.#options;
    return !isRetryOnGiven && (state.limits?.retries ?? retries) === 0 && !isOfKind(error, "CONFIGURATION");
  }

  #recordOf({ number, retry, fallbackIndex, startedMs }: Attempt, error: unknown): AttemptRecord {
    const { clock } = this.#options;
    const durationMs = Math.max(0, clock.now() - startedMs);
    const startedAt = new Date(clock.wallNow() - durationMs);
    return { number, retry, fallbackIndex, startedAt, duration: toSeconds(durationMs), error };
  }
}

function isAborted({ scope }: CallState): boolean {
  return scope !== undefined && scope.isAborted;
}

/** Whether no attempt of the call may follow, whatever threw. */
function isOver(state: CallState): boolean {
  return state.isFinal || isAborted(state);
}

/** Of a round in which each value was refused, the error that tells of the shortest wait. */
function soonestRefusal(round: readonly EndedAttempt[]): unknown {
  if (round.some(({ outcome }) => outcome !== "refused")) return undefined;
  const errors = round.map(({ error }) => error);
  return errors.reduce((first, error) => waitOf(error) < waitOf(first) ? error : first);
}

/** After how many seconds one that was refused may come back. */
function waitOf(refusal: unknown): number {
  return refusal instanceof RateLimitError ? refusal.retryAfter : Infinity;
}

const WORDING: Readonly<Record<AllFailedReason, (name: string, attempts: number) => string>> = {
  attempts: (name, attempts) => `${attempts === 1 ? "The only attempt" : `All ${attempts} attempts`} of ${name} failed`,
  deadline: (name, attempts) => `The deadline of ${name} came after ${count(attempts)}`,
  retry_after: (name, attempts) =>
    `Gave up ${name} after ${count(attempts)}, as the server asks to wait longer than 'maxRetryAfter'`,
};

function count(attempts: number): string {
  return attempts === 1 ? "1 attempt" : `${attempts} attempts`;
}

/** The kinds of the errors and how many there are of each; their texts may hold anything and stay out. */
function tally(errors: readonly unknown[]): string {
  if (errors.length === 1) return `: 1 × ${errorLabel(errors[0])}`;
  const counts = new Map<string, number>();
  for (const error of errors) {
    const label = errorLabel(error);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const parts = [...counts].map(([label, times]) => `${times} × ${label}`);
  return parts.length === 0 ? "" : `: ${parts.join(", ")}`;
}
