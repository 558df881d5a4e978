import { backoffDelayMs, type BackoffPolicy, type JitterFunction, type JitterName } from "../backoff.ts";
import { type Duration, parseDuration, toSeconds } from "../duration.ts";
import type { RetryPredicate } from "../failure_log.ts";
import { pause } from "../internal/pause.ts";
import {
  anyDuration,
  anyFunction,
  booleanFlag,
  either,
  finiteDuration,
  nonNegativeInteger,
  numberThat,
  oneOf,
  type OptionRules,
  wrongOption,
} from "../internal/validate.ts";
import { type Call, type Layer, stateOf } from "../layer.ts";
import type { LayerHost } from "../layer_host.ts";
import { retryAfterMs } from "../retry_after.ts";

/** A class of errors: a built-in one, one of a library or one's own, abstract ones too. */
// deno-lint-ignore no-explicit-any -- a constructor's parameters are nobody's concern here
export type ErrorClass = abstract new (...args: any[]) => unknown;

/** How often and after what waits a call that fails is tried again. */
export interface RetryOptions {
  /**
   * How many times a failed call is tried again: up to `retries + 1` attempts.
   * @default 3
   */
  readonly retries?: number | undefined;
  /**
   * What each delay is multiplied with to get the next, 1 or more.
   * @default 1.5
   */
  readonly backoffFactor?: number | undefined;
  /**
   * The lower bound of the delay between two rounds.
   * @default 0.1
   */
  readonly minDelay?: Duration | undefined;
  /**
   * The upper bound of the delay between two rounds, jitter included.
   * @default 30
   */
  readonly maxDelay?: Duration | undefined;
  /**
   * How delays are spread, so that callers who failed together do not come back together.
   * @default "full"
   */
  readonly jitter?: JitterName | JitterFunction | undefined;
  /**
   * Which errors another attempt may follow: a class, some classes, or a predicate. Any other is
   * thrown on at once, as it is. By default any error; an `AbortError` never.
   */
  readonly retryOn?: ErrorClass | readonly ErrorClass[] | RetryPredicate | undefined;
  /**
   * Whether an error that carries a Retry-After is waited out at least that long.
   * @default true
   */
  readonly respectRetryAfter?: boolean | undefined;
  /**
   * The longest Retry-After that is waited for; a longer one ends the call at once.
   * @default 60
   */
  readonly maxRetryAfter?: Duration | undefined;
}

/** {@link RetryOptions}, resolved: times in milliseconds. */
export interface RetryPolicy extends BackoffPolicy {
  readonly retries: number;
  readonly respectRetryAfter: boolean;
  readonly maxRetryAfterMs: number;
}

/** What the options may be. */
export const RETRY_RULES: OptionRules = {
  retries: nonNegativeInteger,
  backoffFactor: numberThat("a finite number of at least 1", (value) => Number.isFinite(value) && value >= 1),
  minDelay: finiteDuration,
  maxDelay: finiteDuration,
  jitter: either(oneOf(["full", "equal", "decorrelated", "none"]), anyFunction),
  retryOn: {
    desired: "an error class, a non-empty array of error classes, or a predicate",
    accepts: (value) =>
      typeof value === "function" ||
      (Array.isArray(value) && value.length > 0 && value.every(hasInstances)),
  },
  respectRetryAfter: booleanFlag,
  maxRetryAfter: anyDuration,
};

/**
 * Fills in the defaults.
 *
 * @throws {ConfigurationError} If `minDelay` is over `maxDelay`.
 */
export function resolveRetry(task: string, options: RetryOptions): RetryPolicy {
  const { retries = 3, backoffFactor = 1.5, minDelay = 0.1, maxDelay = 30, jitter = "full" } = options;
  const { respectRetryAfter = true, maxRetryAfter = 60 } = options;
  const minDelayMs = parseDuration(minDelay)!;
  // A lower bound over the default upper one moves that, and contradicts only an explicit one.
  const maxDelayMs = options.maxDelay === undefined ? Math.max(30_000, minDelayMs) : parseDuration(maxDelay)!;
  if (minDelayMs > maxDelayMs) {
    const desired = `at most 'maxDelay' (${toSeconds(maxDelayMs)} s)`;
    throw wrongOption(task, "minDelay", { desired }, minDelay);
  }
  const maxRetryAfterMs = parseDuration(maxRetryAfter)!;
  return { retries, backoffFactor, minDelayMs, maxDelayMs, jitter, respectRetryAfter, maxRetryAfterMs };
}

/** `retryOn` as a predicate, or `undefined` where any error may be followed by another attempt. */
export function resolveRetryOn(retryOn: RetryOptions["retryOn"]): RetryPredicate | undefined {
  if (retryOn === undefined) return undefined;
  if (typeof retryOn === "function" && !isErrorClass(retryOn)) return retryOn as RetryPredicate;
  const classes = (Array.isArray(retryOn) ? retryOn : [retryOn]) as readonly ErrorClass[];
  return (error) => classes.some((errorClass) => error instanceof errorClass);
}

/** Arrow functions and methods have none: as a class in a list they would fail only once an error came. */
function hasInstances(value: unknown): boolean {
  return typeof value === "function" && typeof value.prototype === "object" && value.prototype !== null;
}

/** A class is what `new` takes; a predicate that is no arrow function has a prototype too, but an empty one. */
function isErrorClass(value: object): boolean {
  const prototype: unknown = (value as { prototype?: unknown }).prototype;
  if (typeof prototype !== "object" || prototype === null) return false;
  return prototype === Error.prototype || prototype instanceof Error || /^class\b/.test(String(value)) ||
    Object.getPrototypeOf(prototype) !== Object.prototype;
}

/**
 * Tries again what fails.
 *
 * - Success: its value, after any number of rounds up to `retries + 1`.
 * - Failure: an error that `retryOn` does not match is thrown on at once, as it is; once the rounds
 *   are used up, the deadline would pass during the wait, or the server asks for too long a wait,
 *   an `AllFailedError`.
 * - Abort: ends the wait at once; no further attempt is made.
 *
 * It stands within the cache and the deadline, and around the fallback values: with `retries: 2`
 * and three values there are up to 3 × 3 attempts, and each takes a token of the rate limit.
 */
export function retryLayer(policy: RetryPolicy, host: LayerHost): Layer {
  return (next) => {
    /** The wait before the next round, decided as soon as a round failed; throws what the call ends with. */
    function decide(call: Call, error: unknown, previousDelayMs: number, seenAttempts: number): number {
      const state = stateOf(call);
      // A call that is called off as its attempt fails ends for the reason it was called off for.
      if (!host.failures.mayFollow(call, error)) throw state.scope?.isAborted ? state.scope.reason : error;
      const roundErrors = state.attempts.slice(seenAttempts).map((attempt) => attempt.error);
      const delayMs = delayBeforeRetry(policy, host, call, roundErrors, previousDelayMs);
      const details = { retry: state.retry + 1, delay: toSeconds(delayMs), error };
      host.telemetry.tell("retry", host.functionName, call, details);
      return delayMs;
    }

    async function goOn(call: Call, firstDelayMs: number): Promise<unknown> {
      const state = stateOf(call);
      for (let delayMs = firstDelayMs;;) {
        const seenAttempts = state.attempts.length;
        await pause(host.clock, call, delayMs, state.waitReason);
        state.retry++;
        try {
          return await next(call);
        } catch (error) {
          delayMs = decide(call, error, delayMs, seenAttempts);
        }
      }
    }

    // What ends the call is thrown by the handler itself: an async function that throws before it waits makes a promise
    // that rejects before anybody listens, and Deno searches all of those for each that is listened to after all.
    return (call) => next(call).then(undefined, (error) => goOn(call, decide(call, error, policy.minDelayMs, 0)));
  };
}

/**
 * The wait before the next round, in milliseconds.
 *
 * @throws {AllFailedError} If there will be no next round.
 */
function delayBeforeRetry(
  policy: RetryPolicy,
  host: LayerHost,
  call: Call,
  roundErrors: readonly unknown[],
  previousDelayMs: number,
): number {
  const state = stateOf(call);
  if (state.retry >= (state.limits?.retries ?? policy.retries)) throw host.failures.allFailed(call, "attempts");
  const backoffMs = backoffDelayMs(policy, state.retry, previousDelayMs, host.random);
  const askedMs = policy.respectRetryAfter ? longestRetryAfterMs(roundErrors, host.clock.wallNow()) : 0;
  if (askedMs > policy.maxRetryAfterMs) throw host.failures.allFailed(call, "retry_after");
  state.waitReason = askedMs <= backoffMs ? "retry" : "Retry-After";
  const delayMs = askedMs <= backoffMs ? backoffMs : askedMs + spreadMs(policy, backoffMs, host.random);
  if (host.clock.now() + delayMs >= state.deadlineAtMs) throw host.failures.allFailed(call, "deadline");
  return delayMs;
}

/** A new round tries every fallback value again, so the one that asks for the longest wait decides. */
function longestRetryAfterMs(errors: readonly unknown[], wallNowMs: number): number {
  return errors.reduce<number>((longest, error) => Math.max(longest, retryAfterMs(error, wallNowMs) ?? 0), 0);
}

/** All who were told the same Retry-After would come back at the same moment. */
function spreadMs(policy: RetryPolicy, backoffMs: number, random: () => number): number {
  return policy.jitter === "none" ? 0 : random() * backoffMs;
}
