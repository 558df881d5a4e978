import type { CallTally } from "../telemetry/call_tally.ts";
import type { Clock } from "../time/clock.ts";
import { toSeconds } from "../time/duration.ts";
import { AllFailedError, type AllFailedReason, type AttemptRecord } from "../errors/all_failed_error.ts";
import { type Call, stateOf } from "../call/call.ts";
import type { CallState } from "../call/call_state.ts";
import { dropResponse } from "../call/drop_response.ts";
import { isOfKind } from "../errors/error_kind.ts";
import { giveFailureWords } from "../errors/give_failure_words.ts";
import { isAbortError } from "../errors/is_abort_error.ts";
import { correlationIdOf, type Telemetry } from "../telemetry/telemetry.ts";
import { describeFailure, tallyErrors } from "./failure_wording.ts";
import { Attempt, beginAttempt, openAttempt } from "./attempt.ts";
import { isAborted, isOver } from "./is_over.ts";
import type { OutcomeWatch } from "./outcome_watch.ts";
import { retryContext, type RetryPredicate } from "./retry_context.ts";
import type { RetryPolicy } from "./retry_policy.ts";

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
  /** Whether the caller gets what the last attempt threw, in place of the error of them all. */
  readonly reraise: boolean;
  /** Counts attempts that failed or were refused, where that is asked for. */
  readonly tally?: CallTally | undefined;
  /** Where waits are recorded. */
  readonly telemetry: Telemetry;
  /** Who wants to know of each that failed. */
  readonly outcomes?: OutcomeWatch;
}

/**
 * Records how attempts end, and words the error of them all. What may follow is decided once, where an attempt ends;
 * what asks for it later changes nothing.
 */
export class FailureLog {
  /** What is known of the function. */
  protected readonly options: FailureLogOptions;
  readonly #made = new WeakSet<AllFailedError>();

  /** A log for one wrapped function; what it keeps stands with each call. */
  constructor(options: FailureLogOptions) {
    this.options = options;
    giveFailureWords();
  }

  /**
   * Records that the attempt under way of `call` ended with `error`, and decides what may follow it. Nothing happens where
   * a layer within has done so, or where the call is over and no attempt runs.
   *
   * @throws {unknown} What a predicate of the user's throws; it ends the call.
   */
  record(call: Call, error: unknown): void {
    const attempt = openAttempt(call) ?? this.#attemptOf(call, error);
    if (attempt === undefined) return;
    call.attempt = attempt;
    this.options.tally?.countAttempt(error);
    const state = stateOf(call);
    // An abort ends all that run, the others as well as the first of which that is known.
    if (!state.isFinal || isAborted(state)) state.attempts.push(this.#recordOf(attempt, error));
    attempt.end(state.isFinal || isAborted(state) || isAbortError(error) ? "final" : "failed", error);
    state.addEnded(attempt);
    if (attempt.outcome === "failed") this.#decide(call, state, attempt);
    else state.isFinal = true;
  }

  /** Whether another round may follow: an error of this one is to be retried. */
  canRetry(call: Call): boolean {
    const state = stateOf(call);
    return !isOver(state) && state.round.some((attempt) => attempt.canRetry);
  }

  /** Whether a value may take the place of `error`: all attempts failed. */
  isReplaceable(error: unknown): error is Error {
    return error instanceof AllFailedError;
  }

  /**
   * Ends `call` after `error`, which no round may follow, and answers with what it rejects with. With a `reason` that is
   * the error of all attempts, without one it is `error` as it is, but for those of several values. A refusal is the last
   * of the errors of all attempts, and comes out as it is where there were none.
   */
  end(call: Call, error: unknown, reason?: AllFailedReason): unknown {
    const state = stateOf(call);
    // A call that is aborted as its attempt fails ends with the reason of the abort.
    if (isAborted(state)) {
      if (error !== state.scope!.reason) dropResponse(error);
      return state.scope!.reason;
    }
    if (isOver(state)) return error;
    const refused = this.endRefused(call, error, reason);
    if (refused !== undefined) return refused;
    if (reason !== undefined) return this.allFailed(call, reason);
    return this.roundErrors(call).length > 1 ? this.allFailed(call, "attempts") : error;
  }

  /** Begins another round of `call`; one after a round that was refused as a whole is no retry. */
  beginRound(call: Call): void {
    const state = stateOf(call);
    if (!this.isWaitedFor(call)) state.retry++;
    state.round = [];
  }

  // Where no policy refuses an attempt, and none has other values, what follows is asked for and never done: see RefusalLog.

  /** See `RefusalLog`. */
  refuse(_call: Call, _error: Error, _isWorthWait?: boolean): void {}

  /** See `RefusalLog`. */
  canTryNext(_call: Call): boolean {
    return false;
  }

  /** See `RefusalLog`. */
  wasRefused(_call: Call, _error: unknown): boolean {
    return false;
  }

  /** See `RefusalLog`. */
  isOfValue(_call: Call): boolean {
    return false;
  }

  /** See `RefusalLog`. */
  isWaitedFor(_call: Call): boolean {
    return false;
  }

  /** See `RefusalLog`. */
  delayAfterRefusal(_policy: RetryPolicy, _call: Call, _error: unknown): number | AllFailedReason {
    return "attempts";
  }

  /** See `RefusalLog`. */
  protected isForNext(_call: Call, _error: unknown): boolean {
    return false;
  }

  /** See `RefusalLog`. It is asked, as a frame around what makes an error takes long to write into its stack. */
  protected endRefused(_call: Call, _error: unknown, _reason: AllFailedReason | undefined): unknown {
    return undefined;
  }

  /** What the attempts of the latest round of `call` threw. */
  roundErrors(call: Call): unknown[] {
    return stateOf(call).round.map(({ error }) => error);
  }

  /** Whether `error` was made by this log, and was not thrown by the function, of calls of its own. */
  isOwn(error: unknown): error is AllFailedError {
    return error instanceof AllFailedError && this.#made.has(error);
  }

  /** The error that holds all attempts of `call`, and the `refusal` of a further one. */
  allFailed(call: Call, reason: AllFailedReason, refusal?: unknown): AllFailedError {
    const state = stateOf(call);
    const { attempts } = state;
    const { reraise, random } = this.options;
    state.isFinal = true;
    if (!reraise || refusal !== undefined) dropResponse(attempts.at(-1)?.error);
    const errors = [...attempts.map(({ error }) => error), ...refusal === undefined ? [] : [refusal]];
    const message = this.describe(reason, attempts.length, refusal) + tallyErrors(errors);
    const correlationId = correlationIdOf(call, random);
    const failed = new AllFailedError(message, { attempts, reason, correlationId, refusal });
    if (reraise) this.#made.add(failed);
    return failed;
  }

  /** Why the call stopped. */
  protected describe(reason: AllFailedReason, attempts: number, _refusal: unknown): string {
    return describeFailure(this.options.functionName, reason, attempts);
  }

  /** An attempt that a layer failed with `error` before the function ran, as a layer of the user's may. */
  #attemptOf(call: Call, error: unknown): Attempt | undefined {
    const state = stateOf(call);
    if (isOver(state) || state.round.some((ended) => ended.error === error)) return undefined;
    beginAttempt(call, this.options.clock.now());
    return new Attempt(call);
  }

  /** Asks the predicates of the user, each once for an attempt. */
  #decide(call: Call, state: CallState, attempt: Attempt): void {
    const { retryOn, random, outcomes } = this.options;
    const { error } = attempt;
    outcomes?.onFailure?.(call, error);
    try {
      attempt.canRetry = this.#isOutOfAttempts(state, error) || retryOn(error, retryContext(call, random));
      attempt.canTryNext = this.isForNext(call, error);
    } catch (thrown) {
      attempt.end("final", error);
      state.isFinal = true;
      throw thrown;
    }
  }

  /**
   * Where no retry is asked for, none is left out for a bug either: its attempts are used up as by any other error. A
   * wrong option is still rethrown as it is.
   */
  #isOutOfAttempts(state: CallState, error: unknown): boolean {
    const { retries, isRetryOnGiven } = this.options;
    return !isRetryOnGiven && (state.limits?.retries ?? retries) === 0 && !isOfKind(error, "CONFIGURATION");
  }

  #recordOf({ number, retry, fallbackIndex, startedMs }: Attempt, error: unknown): AttemptRecord {
    const { clock } = this.options;
    const durationMs = Math.max(0, clock.now() - startedMs);
    const startedAt = new Date(clock.wallNow() - durationMs);
    return { number, retry, fallbackIndex, startedAt, duration: toSeconds(durationMs), error };
  }
}
