import type { CallTally } from "../telemetry/call_tally.ts";
import type { Clock } from "../time/clock.ts";
import { toSeconds } from "../time/duration.ts";
import { AllFailedError, type AllFailedReason, type AttemptRecord } from "../errors/all_failed_error.ts";
import { RateLimitError } from "../errors/rate_limit_error.ts";
import { type Call, stateOf } from "../call/call.ts";
import type { CallState } from "../call/call_state.ts";
import { dropResponse } from "../call/drop_response.ts";
import { isOfKind } from "../errors/error_kind.ts";
import { isAbortError } from "../errors/is_abort_error.ts";
import { correlationIdOf } from "../telemetry/telemetry.ts";
import { describeFailure } from "./failure_wording.ts";
import { Attempt, beginAttempt, openAttempt } from "./attempt.ts";
import { isAborted, isOver } from "./is_over.ts";
import type { OutcomeWatch } from "./outcome_watch.ts";
import { isWaitedFor, soonestRefusal, soonestWaitMs } from "./refused_round.ts";
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
  /** Counts attempts that failed or were refused, where that is asked for. */
  readonly tally?: CallTally | undefined;
  /** Who wants to know of each that failed. */
  readonly outcomes?: OutcomeWatch;
}

/**
 * Records how attempts end, and words the error of them all. What may follow is decided once, where an attempt ends;
 * what asks for it later changes nothing.
 */
export class FailureLog {
  readonly #options: FailureLogOptions;
  readonly #made = new WeakSet<AllFailedError>();
  readonly #refusals = new WeakSet<Error>();

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
    this.#options.tally?.countAttempt(error);
    const state = stateOf(call);
    // An abort ends all that run, the others as well as the first of which that is known.
    if (!state.isFinal || isAborted(state)) state.attempts.push(this.#recordOf(attempt, error));
    attempt.end(state.isFinal || isAborted(state) || isAbortError(error) ? "final" : "failed", error);
    state.addEnded(attempt);
    if (attempt.outcome === "failed") this.#decide(call, state, attempt);
    else state.isFinal = true;
  }

  /**
   * Records that an attempt of `call` was refused with `error` before it began: the next fallback value may be tried.
   * With `isWaitedFor` a round in which all were refused is made again once the refusals say that it may. One beside others
   * was not needed: to the round it is as if it had not been asked for.
   */
  refuse(call: Call, error: Error, isWaitedFor = false): void {
    if (this.#options.tally !== undefined) this.#options.tally.shed++;
    if (call.isFork) return;
    const state = stateOf(call);
    const attempt = new Attempt(call);
    attempt.end("refused", error);
    attempt.canTryNext = state.hasNextValue;
    attempt.isWaitedFor = isWaitedFor;
    state.addEnded(attempt);
    this.#refusals.add(error);
  }

  /** Whether the next fallback value may be tried. */
  canTryNext(call: Call): boolean {
    const state = stateOf(call);
    return !isOver(state) && state.hasNextValue && state.round.at(-1)?.canTryNext === true;
  }

  /**
   * Whether the latest attempt of `call` failed with what another value may fix: `fallbackOn` matches it. For the last value
   * that was not asked so far.
   *
   * @throws {unknown} What `fallbackOn` throws; it ends the call.
   */
  isOfValue(call: Call): boolean {
    const state = stateOf(call);
    const last = state.round.at(-1);
    if (last?.outcome !== "failed" || state.hasNextValue) return last?.outcome === "failed" && last.canTryNext;
    try {
      return this.#options.fallbackOn(last.error, retryContext(call, this.#options.random));
    } catch (thrown) {
      state.isFinal = true;
      throw thrown;
    }
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

  /** Whether `error` is the refusal that the latest attempt of `call` met with. */
  wasRefused(call: Call, error: unknown): boolean {
    const last = call.state?.round.at(-1);
    return last !== undefined && last.outcome === "refused" && last.error === error;
  }

  /** Whether each value of the latest round was refused, and one at least by what is worth to wait for. */
  isWaitedFor(call: Call): boolean {
    const state = stateOf(call);
    return !isOver(state) && isWaitedFor(state.round);
  }

  /** The shortest wait, in milliseconds, that the refusals of the latest round ask for; `undefined` where one does not know. */
  refusalWaitMs(call: Call): number | undefined {
    return soonestWaitMs(stateOf(call).round);
  }

  /**
   * Whether a value may take the place of `error`: all attempts failed, or none was made as a circuit is open or all slots
   * are taken. Who is over a limit of his own is to slow down in place of that.
   */
  isReplaceable(error: unknown): error is Error {
    if (error instanceof AllFailedError) return true;
    return error instanceof Error && this.#refusals.has(error) && !(error instanceof RateLimitError);
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
    if (this.isRefused(call)) {
      const refusal = soonestRefusal(state.round) ?? error;
      return state.attempts.length === 0 ? refusal : this.allFailed(call, reason ?? "attempts", refusal);
    }
    if (reason !== undefined) return this.allFailed(call, reason);
    return this.roundErrors(call).length > 1 ? this.allFailed(call, "attempts") : error;
  }

  /** Begins another round of `call`; one after a round that was refused as a whole is no retry. */
  beginRound(call: Call): void {
    const state = stateOf(call);
    if (!this.isWaitedFor(call)) state.retry++;
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

  /** The error that holds all attempts of `call`, and the `refusal` of a further one. */
  allFailed(call: Call, reason: AllFailedReason, refusal?: unknown): AllFailedError {
    const state = stateOf(call);
    const { attempts } = state;
    const { functionName, reraise, random } = this.#options;
    state.isFinal = true;
    if (!reraise || refusal !== undefined) dropResponse(attempts.at(-1)?.error);
    const isRefused = refusal !== undefined;
    const errors = [...attempts.map(({ error }) => error), ...isRefused ? [refusal] : []];
    const message = describeFailure({ functionName, reason, attempts: attempts.length, isRefused, errors });
    const correlationId = correlationIdOf(call, random);
    const failed = new AllFailedError(message, { attempts, reason, correlationId, refusal });
    if (reraise) this.#made.add(failed);
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
    const { retryOn, fallbackOn, random, outcomes } = this.#options;
    const { error } = attempt;
    outcomes?.onFailure?.(call, error);
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
   * wrong option is still rethrown as it is.
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
