import type { JitterFunction, JitterName } from "../retry/backoff.ts";
import { type Duration, parseDuration, toSeconds } from "../time/duration.ts";
import type { AllFailedReason } from "../errors/all_failed_error.ts";
import type { RetryPredicate } from "../attempt/retry_context.ts";
import type { RetryPolicy } from "../attempt/retry_policy.ts";
import { delayBeforeRetry } from "../attempt/round_delay.ts";
import { dropResponseOf } from "../call/drop_response.ts";
import { type ErrorClass, errorMatcher } from "../options/error_matcher.ts";
import { immediateAnswer } from "../options/immediate_answer.ts";
import { pause } from "../call/pause.ts";
import {
  anyDuration,
  anyFunction,
  booleanFlag,
  either,
  finiteDuration,
  nonNegativeInteger,
  numberThat,
  oneOf,
  wrongOption,
} from "../options/validate.ts";
import { type Call, stateOf } from "../call/call.ts";
import type { Layer } from "../call/layer.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import type { RetryBudgetConfig } from "../policy/budget_fields.ts";
import { definePolicy, type Filled, type Policy } from "../policy/policy.ts";

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
   * Which errors another attempt may follow: those of a class, those for which a predicate holds, or an array of both. Any
   * other is rethrown at once, as it is. By default all but what no retry can fix: a `ReferenceError`, a `TypeError` that
   * is no failed fetch, this library's `ConfigurationError` and `SerializationError`; `Error` retries those, too. With
   * `retries: 0` there is nothing to leave out: all but a `ConfigurationError` is an `AllFailedError` then. An
   * `AbortError` is never retried.
   */
  readonly retryOn?: ErrorClass | RetryPredicate | readonly (ErrorClass | RetryPredicate)[] | undefined;
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
  /**
   * Bounds the retries of all calls together: without a budget an outage multiplies the load by `retries + 1`. Each success
   * allows `ratio` retries; one that the budget has no room for ends the call with reason `"budget"`. `true` is the
   * default set. A map shares it over its items.
   */
  readonly retryBudget?: boolean | RetryBudgetConfig | undefined;
}

type Defaulted =
  | "retries"
  | "backoffFactor"
  | "minDelay"
  | "maxDelay"
  | "jitter"
  | "respectRetryAfter"
  | "maxRetryAfter";

/** {@link RetryOptions} with the defaults. */
export type FilledRetryOptions = Filled<RetryOptions, Defaulted>;

/** Rounds, with backoff between them, as many as the budget of the host allows. */
export const retryPolicy: Policy = definePolicy<Omit<RetryOptions, "retryBudget">, Defaulted>({
  name: "retry",
  isOnFailureOnly: true,
  rules: {
    retries: nonNegativeInteger,
    backoffFactor: numberThat("a finite number of at least 1", (value) => Number.isFinite(value) && value >= 1),
    minDelay: finiteDuration,
    maxDelay: finiteDuration,
    jitter: either(oneOf(["full", "equal", "decorrelated", "none"]), anyFunction),
    retryOn: errorMatcher,
    respectRetryAfter: booleanFlag,
    maxRetryAfter: anyDuration,
  },
  defaults: {
    retries: 3,
    backoffFactor: 1.5,
    minDelay: 0.1,
    maxDelay: 30,
    jitter: "full",
    respectRetryAfter: true,
    maxRetryAfter: 60,
  },
  callRules: { retries: nonNegativeInteger },
  // A lower bound over the default upper one moves that, and contradicts only an explicit one.
  giveWay: ({ minDelay, maxDelay }, given) =>
    given.maxDelay === undefined && parseDuration(minDelay)! > parseDuration(maxDelay)! ? { maxDelay: minDelay } : {},
  resolve: (options, host) => retryLayer({ ...resolveRetry(host, options), spending: host.spending }, host),
});

/** What messages name. */
interface NamedTask {
  /** What fails if an option is wrong, as in `wrap "fetchUser"`. */
  readonly task: string;
  /** The name of the function. */
  readonly functionName: string;
}

/**
 * The policy that `options` ask for.
 *
 * @param names What fails if an option is wrong, and the name of the function, for messages.
 * @param options The checked options.
 * @returns The options with their defaults, in milliseconds.
 * @throws {ConfigurationError} If `minDelay` is over `maxDelay`.
 */
export function resolveRetry({ task, functionName }: NamedTask, options: FilledRetryOptions): RetryPolicy {
  const { retries, backoffFactor, minDelay, jitter, respectRetryAfter } = options;
  const minDelayMs = parseDuration(minDelay)!;
  const maxDelayMs = parseDuration(options.maxDelay)!;
  if (minDelayMs > maxDelayMs) {
    const desired = `at most 'maxDelay' (${toSeconds(maxDelayMs)} s)`;
    throw wrongOption(task, "minDelay", { desired }, minDelay);
  }
  const maxRetryAfterMs = parseDuration(options.maxRetryAfter)!;
  const course = { retries, backoffFactor, minDelayMs, maxDelayMs, respectRetryAfter, maxRetryAfterMs };
  if (typeof jitter !== "function") return { ...course, jitter };
  const desired = "a function that answers a number at once";
  return { ...course, jitter: (context) => Number(immediateAnswer(functionName, "jitter", desired, jitter(context))) };
}

/**
 * Tries again what fails.
 *
 * - Success: its value, after any number of rounds up to `retries + 1`. It adds to the retry budget.
 * - Failure: an error that `retryOn` does not match is rethrown at once, as it is, but those of several
 *   fallback values as an `AllFailedError`; so once the rounds are used up, the deadline would pass
 *   during the wait, the server asks for too long a wait, or the retry budget is used up.
 * - Refusal, as by a rate limit or a circuit breaker: it takes no retry, and leaves one to the attempts of the same round
 *   that failed. A round in which all were refused ends the call: with the refusal as it is where nothing ran, else with
 *   an `AllFailedError` whose last error it is. For an open circuit it is waited as for a Retry-After, without using up a
 *   retry: as long as all such waits of a call are within `maxRetryAfter`, and not at all with `retries: 0`.
 * - Abort: ends the wait at once; no further attempt is made.
 *
 * It stands within the cache and the deadline, and around the fallback values: with `retries: 2`
 * and three values there are up to 3 × 3 attempts, and each takes a token of the rate limit.
 *
 * @param policy The checked options, in milliseconds.
 * @param host What the instance provides for the layers.
 * @returns The layer.
 */
export function retryLayer(policy: RetryPolicy, host: LayerHost): Layer {
  const { failures } = host;
  return (next) => {
    const { onValue, onValueOf } = policy.spending?.depositing(host.outcomes) ?? host.outcomes;
    const handlerOf = (call: Call) => onValueOf === undefined ? onValue : (value: unknown) => onValueOf(value, call);

    /**
     * What follows a round that failed: the wait before the next, or why there is none, or `undefined` where the error ends
     * the call. Who asked throws: each function on the way to an error is a frame of its stack, which takes long to write.
     */
    function decide(call: Call, error: unknown, previousDelayMs: number): number | AllFailedReason | undefined {
      failures.record(call, error);
      if (failures.isWaitedFor(call)) return failures.delayAfterRefusal(policy, call, error);
      if (!failures.canRetry(call)) return undefined;
      const delayMs = delayBeforeRetry(policy, host, call, previousDelayMs);
      if (typeof delayMs !== "number") return delayMs;
      dropResponseOf(error);
      const details = { retry: stateOf(call).retry + 1, delay: toSeconds(delayMs), error };
      host.telemetry.record("retry", host.functionName, call, details);
      return delayMs;
    }

    async function runRounds(call: Call, firstDelayMs: number): Promise<unknown> {
      for (let delayMs = firstDelayMs;;) {
        await pause(host, call, delayMs, stateOf(call).waitReason);
        failures.beginRound(call);
        try {
          const value = await next(call);
          return handlerOf(call)?.(value) ?? value;
        } catch (error) {
          const decided = decide(call, error, delayMs);
          if (typeof decided !== "number") throw failures.end(call, error, decided);
          delayMs = decided;
        }
      }
    }

    const rounds = policy.spending?.givingBack(runRounds) ?? runRounds;
    // What ends the call is thrown by the handler itself: an async function that throws before it waits makes a promise
    // that rejects before there is a listener, and Deno searches all of those for each that is listened to after all.
    return (call) =>
      next(call).then(onValueOf === undefined ? onValue : handlerOf(call), (error) => {
        const delayMs = decide(call, error, policy.minDelayMs);
        if (typeof delayMs !== "number") throw failures.end(call, error, delayMs);
        return rounds(call, delayMs);
      });
  };
}
