import { Call } from "../call/call.ts";
import type { AttemptOutcome, EndedAttempt, RunningAttempt } from "../call/call_state.ts";
import type { CallContext } from "./call_context.ts";
import { keepShape } from "../runtime/kept_shape.ts";

/**
 * One attempt of a call: one run of the function, or one that was refused. It is made only where it is asked for,
 * so a call that succeeds at once has none; until then the call holds its number and its start.
 */
export class Attempt implements RunningAttempt, EndedAttempt {
  /** Its place among all attempts of the call, from 1; one that was refused has that of the one before. */
  readonly number: number;
  /** The round it runs in, from 0. */
  readonly retry: number;
  /** The index of the fallback value it runs with, or `undefined` without `argFallback`. */
  readonly fallbackIndex: number | undefined;
  /** The monotonic time at which it began, in milliseconds. */
  readonly startedMs: number;
  /** How it ended; `undefined` while it runs, and after it succeeded, which ends the call. */
  outcome: AttemptOutcome | undefined = undefined;
  /** What it threw, or was refused with. */
  error: unknown = undefined;
  /** Whether another round may follow for its sake. */
  canRetry = false;
  /** Whether the next fallback value may be tried after it. */
  canTryNext = false;
  /** Whether it is worth to wait until what refused it lets another through. */
  isWaitedFor = false;
  /** What its function sees of it, once it asked. */
  context: CallContext | undefined = undefined;
  #controller: AbortController | undefined = undefined;

  /** The latest attempt of `call`. */
  constructor(call: Call) {
    const { state } = call;
    this.number = call.attemptNumber;
    this.startedMs = call.startedMs ?? 0;
    this.retry = state?.retry ?? 0;
    this.fallbackIndex = state?.fallbackIndex;
  }

  /** Aborts when the attempt is to stop. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /** Asks the function to stop; nothing happens to an attempt that has ended. */
  abort(reason: unknown): void {
    if (this.outcome !== undefined) return;
    // Made also where it was not asked for yet: with `context: "async"` the function may ask later.
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
  }

  /** It ended without a value. */
  end(outcome: AttemptOutcome, error: unknown): void {
    this.outcome = outcome;
    this.error = error;
  }
}

keepShape(new Attempt(new Call(undefined, [])));

/**
 * Counts an attempt of `call` that begins at `nowMs`, a monotonic time.
 *
 * @param call The call.
 * @param nowMs The time of the clock, in milliseconds.
 */
export function beginAttempt(call: Call, nowMs: number): void {
  const { state } = call;
  call.attemptNumber = state === undefined ? call.attemptNumber + 1 : ++state.attemptCount;
  call.startedMs = nowMs;
  call.attempt = undefined;
}

/**
 * The attempt of `call` that has begun and whose end is not known yet.
 *
 * @param call The call.
 * @returns `undefined` where none has begun, or the latest has ended
 */
export function openAttempt(call: Call): Attempt | undefined {
  const { attempt } = call;
  if (attempt instanceof Attempt) return attempt.outcome === undefined ? attempt : undefined;
  return call.attemptNumber === 0 ? undefined : new Attempt(call);
}

/**
 * How many attempts of `call` have begun: where a layer within refused it, none has in the meantime.
 *
 * @param call The call.
 * @returns The number, without those that were refused.
 */
export function attemptsOf({ state, attemptNumber }: Call): number {
  return state === undefined ? attemptNumber : state.attemptCount;
}
