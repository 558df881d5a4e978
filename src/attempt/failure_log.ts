import type { Clock } from "../time/clock.ts";
import { toSeconds } from "../time/duration.ts";
import { AllFailedError, type AllFailedReason } from "../errors/all_failed_error.ts";
import { dropResponse } from "../call/drop_response.ts";
import { isOfKind } from "../errors/error_kind.ts";
import { errorLabel } from "../errors/error_label.ts";
import { isAbortError } from "../errors/is_abort_error.ts";
import { type Call, stateOf } from "../call/call.ts";
import type { CallState } from "../call/call_state.ts";
import { correlationIdOf } from "../telemetry/telemetry.ts";

/** What a predicate such as `retryOn` or `failOn` is given besides the error or the value. */
export interface RetryContext {
  /** The number of the attempt, from 1. */
  readonly attempt: number;
  /** The round it ran in, from 0. */
  readonly retry: number;
  /** The index of the fallback value it ran with, or `undefined` without `argFallback`. */
  readonly fallbackIndex: number | undefined;
  /** The id that the log lines and events of the call bear. */
  readonly correlationId: string;
}

/** Decides whether another attempt may follow an error. */
export type RetryPredicate = (error: unknown, context: RetryContext) => boolean;

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

/** Keeps what failed attempts threw, decides once for each what may follow, and words the error of them all. */
export class FailureLog {
  readonly #options: FailureLogOptions;
  readonly #made = new WeakSet<AllFailedError>();

  /** A log for one wrapped function; what it keeps stands with each call. */
  constructor(options: FailureLogOptions) {
    this.#options = options;
  }

  /** Notes that the latest attempt of `call` threw `error`, and tells whether the next fallback value may be tried. */
  mayTryNext(call: Call, error: unknown): boolean {
    const state = this.#judge(call, error);
    if (state.phase !== "failed") return false;
    // Final until judged otherwise: a predicate that throws ends the call.
    state.phase = "final";
    const mayTry = this.#options.fallbackOn(error, this.#contextOf(call, state));
    state.phase = "failed";
    return mayTry;
  }

  /** Notes the same, and tells whether another round may follow: where an error of this one is to be retried. */
  mayRepeat(call: Call, error: unknown): boolean {
    const state = this.#judge(call, error);
    return state.phase === "failed" && state.isRepeatable;
  }

  /** What `call` ends with where no round may follow the one that ended with `error`. */
  lastWord(call: Call, error: unknown): unknown {
    const state = stateOf(call);
    // A call that is called off as its attempt fails ends for the reason it was called off for.
    if (state.scope?.isAborted) {
      if (error !== state.scope.reason) dropResponse(error);
      return state.scope.reason;
    }
    const isOfSeveral = state.phase === "failed" && state.attempts.length - state.roundStart > 1;
    return isOfSeveral ? this.allFailed(call, "attempts") : error;
  }

  /** Begins another round of `call`. */
  beginRound(call: Call): void {
    const state = stateOf(call);
    state.retry++;
    state.roundStart = state.attempts.length;
    state.isRepeatable = false;
  }

  /** What the attempts of the latest round of `call` threw. */
  roundErrors(call: Call): unknown[] {
    const { attempts, roundStart } = stateOf(call);
    return attempts.slice(roundStart).map((attempt) => attempt.error);
  }

  /** Whether `error` was made by this log, and was not thrown by the function, of calls of its own. */
  isOwn(error: unknown): error is AllFailedError {
    return error instanceof AllFailedError && this.#made.has(error);
  }

  /** The error that holds all attempts of `call`. */
  allFailed(call: Call, reason: AllFailedReason): AllFailedError {
    const state = stateOf(call);
    state.phase = "final";
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

  /** Layers ask one after the other about the same attempt: it is noted and judged once. */
  #judge(call: Call, error: unknown): CallState {
    const state = stateOf(call);
    if (state.phase === "runs") {
      this.#note(call, state, error);
      // Final until judged otherwise: a predicate that throws is not asked again.
      state.phase = "final";
      if (!state.scope?.isAborted && !isAbortError(error)) {
        if (this.#isOutOfAttempts(state, error) || this.#options.retryOn(error, this.#contextOf(call, state))) {
          state.isRepeatable = true;
        }
        state.phase = "failed";
      }
    }
    if (state.scope?.isAborted) state.phase = "final";
    return state;
  }

  /**
   * Where no retry is asked for, none is left out for a bug either: its attempts are used up as by any other error. A
   * wrong option is still told as it is.
   */
  #isOutOfAttempts(state: CallState, error: unknown): boolean {
    const { retries, isRetryOnGiven } = this.#options;
    return !isRetryOnGiven && (state.limits?.retries ?? retries) === 0 && !isOfKind(error, "CONFIGURATION");
  }

  #note(call: Call, state: CallState, error: unknown): void {
    const { clock } = this.#options;
    const durationMs = Math.max(0, clock.now() - call.startedMs);
    state.attempts.push({
      number: state.attempts.length + 1,
      retry: state.retry,
      fallbackIndex: state.fallbackIndex,
      startedAt: new Date(clock.wallNow() - durationMs),
      duration: toSeconds(durationMs),
      error,
    });
  }

  #contextOf(call: Call, state: CallState): RetryContext {
    return contextOf(call, state.attempts.length, this.#options.random);
  }
}

/** What a predicate of the user's is told of attempt number `attempt` of `call`. */
export function contextOf(call: Call, attempt: number, random: () => number): RetryContext {
  const { retry, fallbackIndex } = stateOf(call);
  return {
    attempt,
    retry,
    fallbackIndex,
    // Most never look at it, and it costs more than all the rest.
    get correlationId(): string {
      return correlationIdOf(call, random);
    },
  };
}

/** Makes the call's latest attempt one that was refused before it ran: there is nothing to note, and nothing follows. */
export function refuseAttempt(call: Call): void {
  stateOf(call).phase = "final";
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
