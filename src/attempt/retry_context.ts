import { Call, stateOf } from "../call/call.ts";
import { correlationIdOf } from "../telemetry/telemetry.ts";
import { keepShape } from "../runtime/kept_shape.ts";

/** What a predicate such as `retryOn` or `failOn` gets in addition to the error or the value. */
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

/** The context of one attempt. A literal with a getter of its own would take ten times as long to make. */
class AttemptFacts implements RetryContext {
  readonly attempt: number;
  readonly retry: number;
  readonly fallbackIndex: number | undefined;
  readonly #call: Call;
  readonly #random: () => number;

  constructor(call: Call, random: () => number) {
    const { retry, fallbackIndex } = stateOf(call);
    this.attempt = call.attemptNumber;
    this.retry = retry;
    this.fallbackIndex = fallbackIndex;
    this.#call = call;
    this.#random = random;
  }

  /** Most never look at it, and it costs more than all the rest. */
  get correlationId(): string {
    return correlationIdOf(this.#call, this.#random);
  }

  /** All of it, for who writes it to a log. */
  toJSON(): RetryContext {
    const { attempt, retry, fallbackIndex, correlationId } = this;
    return { attempt, retry, fallbackIndex, correlationId };
  }
}

keepShape(new AttemptFacts(new Call(undefined, []), () => 0));

/**
 * What a predicate of the user's gets of the latest attempt of `call`.
 *
 * @param call The call.
 * @param random Returns a number from 0 up to 1, exclusive.
 * @returns The context that the predicate receives.
 */
export function retryContext(call: Call, random: () => number): RetryContext {
  return new AttemptFacts(call, random);
}
