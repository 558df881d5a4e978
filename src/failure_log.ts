import type { Clock } from "./clock.ts";
import { toSeconds } from "./duration.ts";
import { AllFailedError, type AllFailedReason } from "./errors.ts";
import { errorLabel } from "./internal/error_label.ts";
import { isAbortError } from "./internal/is_abort_error.ts";
import { type Call, type CallState, stateOf } from "./layer.ts";
import { correlationIdOf } from "./telemetry.ts";

/** What a `retryOn` predicate is given besides the error. */
export interface RetryContext {
  /** The number of the attempt that failed, from 1. */
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
  /** Decides whether another attempt may follow; `undefined` lets one follow any error. */
  readonly retryOn: RetryPredicate | undefined;
}

/** Keeps what failed attempts threw, decides once for each whether it is final, and words the error of them all. */
export class FailureLog {
  readonly #options: FailureLogOptions;

  /** A log for one wrapped function; what it keeps stands with each call. */
  constructor(options: FailureLogOptions) {
    this.#options = options;
  }

  /**
   * Notes that the latest attempt of `call` threw `error`, and tells whether another may follow.
   * Layers ask one after the other about the same attempt: it is noted and judged once.
   */
  mayFollow(call: Call, error: unknown): boolean {
    const state = stateOf(call);
    if (state.phase === "runs") {
      this.#note(call, state, error);
      // Final until judged otherwise: a predicate that throws is not asked again.
      state.phase = "final";
      if (!this.#isFinal(call, state, error)) state.phase = "failed";
    }
    if (state.scope?.isAborted) state.phase = "final";
    return state.phase === "failed";
  }

  /** The error that holds all attempts of `call`. */
  allFailed(call: Call, reason: AllFailedReason): AllFailedError {
    const state = stateOf(call);
    state.phase = "final";
    const message = WORDING[reason](JSON.stringify(this.#options.functionName), state.attempts.length);
    return new AllFailedError(message + tally(state.attempts.map((attempt) => attempt.error)), {
      attempts: state.attempts,
      reason,
      correlationId: correlationIdOf(call, this.#options.random),
    });
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

  #isFinal(call: Call, state: CallState, error: unknown): boolean {
    const { retryOn, random } = this.#options;
    if (state.scope?.isAborted || isAbortError(error)) return true;
    if (retryOn === undefined) return false;
    return !retryOn(error, {
      attempt: state.attempts.length,
      retry: state.retry,
      fallbackIndex: state.fallbackIndex,
      correlationId: correlationIdOf(call, random),
    });
  }
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
  const counts = new Map<string, number>();
  for (const error of errors) counts.set(errorLabel(error), (counts.get(errorLabel(error)) ?? 0) + 1);
  const parts = [...counts].map(([label, times]) => `${times} × ${label}`);
  return parts.length === 0 ? "" : `: ${parts.join(", ")}`;
}
