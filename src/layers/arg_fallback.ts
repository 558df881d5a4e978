import type { RetryPredicate } from "../attempt/retry_context.ts";
import { pauseBetweenValues } from "../attempt/value_pause.ts";
import { type FallbackLists, type FallbackParameters, stepsOf } from "../function_source/fallback_parameter.ts";
import { dropResponseOf } from "../call/drop_response.ts";
import { type ErrorClass, errorMatcher } from "../options/error_matcher.ts";
import { hideAll } from "../options/hidden_value.ts";
import { needing, needsHealth, needsParameter, withNeed } from "../options/option_needs.ts";
import { anyDuration, oneOf, plainObject, positiveFiniteDuration, positiveInteger } from "../options/validate.ts";
import { type Call, stateOf } from "../call/call.ts";
import type { Layer } from "../call/layer.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import { FALLBACK_STRATEGIES, type FallbackStrategy } from "../fallback/fallback_strategy.ts";
import { startingAtOnce } from "../policy/first_value.ts";
import { healthyValuesLayer } from "../policy/healthy_values.ts";
import { definePolicy, type Policy } from "../policy/policy.ts";
import { type Duration, parseDuration } from "../time/duration.ts";

/** Which argument has alternatives, such as the keys of an API. */
export interface ArgFallbackOptions {
  /**
   * The parameter to cycle through: its name, its index from 0, or the name of a property of an
   * options-object parameter. The argument is a list; the function is called with the list from the
   * value being tried onwards, so inside it `apiKey[0]` is always that value. Several of them, as
   * `["apiKey", "model"]`, move in step; a shorter list stays at its last value.
   */
  readonly argFallback?: string | number | readonly (string | number)[] | undefined;
  /**
   * The list, when the caller leaves the parameter out; of several parameters a list for each, in their order or by
   * name. By default the parameter's own, where that is an array of literals; any other default asks for this option.
   */
  readonly fallbackValues?: readonly unknown[] | Readonly<Record<string, readonly unknown[]>> | undefined;
  /**
   * Which errors continue to the next value: those of a class, those for which a predicate holds, or an array of both. By
   * default all but an abort, which never does, and what no other value can fix, such as a `ReferenceError`. Whether
   * another round follows is for `retryOn` to say.
   */
  readonly fallbackOn?: ErrorClass | RetryPredicate | readonly (ErrorClass | RetryPredicate)[] | undefined;
  /**
   * The wait between two values.
   * @default 0
   */
  readonly fallbackDelay?: Duration | undefined;
  /**
   * Which value is tried first of those that do not cool down: the first of the list (`"ordered"`), the one that succeeded
   * last (`"sticky"`), each in turn (`"round_robin"`), or the one that answers soonest (`"least_latency"`). By default the
   * order of the list, and no value cools down; this or `cooldown` switches both on, with `"ordered"` for this one.
   */
  readonly fallbackStrategy?: FallbackStrategy | undefined;
  /**
   * How long a value is not tried after it failed `allowedFails` times within `fallbackWindow`, or once with the status 401
   * or 403. A Retry-After counts in place of it, at once. Where all values cool down, the one that is due first is tried.
   * Switched on by this or `fallbackStrategy`, with 60 s for this one.
   */
  readonly cooldown?: Duration | undefined;
  /** How many failures within `fallbackWindow` let a value cool down: 3 where values do. */
  readonly allowedFails?: number | undefined;
  /** How far back failures of a value count, and its latencies: 60 s where values cool down. */
  readonly fallbackWindow?: Duration | undefined;
}

const RULES = needing("argFallback", needsParameter, {
  argFallback: {
    desired: "the name or the index of a parameter, or an array of them",
    accepts: (value) =>
      isPlace(value) || (Array.isArray(value) && value.length > 0 && value.every(isPlace) && !hasTwins(value)),
  },
  fallbackValues: {
    desired: "a non-empty array",
    accepts: (value) => Array.isArray(value) ? value.length > 0 : plainObject.accepts(value),
    isPrivate: true,
  },
  fallbackOn: errorMatcher,
  fallbackDelay: anyDuration,
  fallbackStrategy: oneOf(FALLBACK_STRATEGIES),
  cooldown: positiveFiniteDuration,
  allowedFails: withNeed(positiveInteger, needsHealth),
  fallbackWindow: withNeed(positiveFiniteDuration, needsHealth),
});

/** One attempt per value in each round. */
export const argFallbackPolicy: Policy = definePolicy<
  ArgFallbackOptions,
  "fallbackDelay",
  { readonly respectRetryAfter: boolean }
>({
  name: "argFallback",
  rules: RULES,
  defaults: { fallbackDelay: 0 },
  show: { fallbackValues: hideAll },
  giveWay: (_filled, given) =>
    given.fallbackStrategy === undefined && given.cooldown === undefined ? {} : withHealth(given),
  resolve: (options, host) => {
    const { parameters } = host;
    if (parameters === undefined) return undefined;
    const { fallbackStrategy: strategy, allowedFails, respectRetryAfter } = options;
    const delayMs = parseDuration(options.fallbackDelay)!;
    if (strategy === undefined) return argFallbackLayer(parameters, delayMs, host);
    const [cooldownMs, windowMs] = [parseDuration(options.cooldown)!, parseDuration(options.fallbackWindow)!];
    const health = { strategy, cooldownMs, windowMs, allowedFails: allowedFails! };
    return healthyValuesLayer({ ...health, parameters, delayMs, respectRetryAfter }, host);
  },
});

/** What is in force where values cool down. */
function withHealth(given: ArgFallbackOptions): Partial<ArgFallbackOptions> {
  const { fallbackStrategy = "ordered", cooldown = 60, allowedFails = 3, fallbackWindow = 60 } = given;
  return { fallbackStrategy, cooldown, allowedFails, fallbackWindow };
}

function isPlace(value: unknown): boolean {
  return typeof value === "string" ? value !== "" : Number.isSafeInteger(value) && Number(value) >= 0;
}

function hasTwins(values: readonly unknown[]): boolean {
  return new Set(values).size < values.length;
}

/**
 * One round over the fallback values: each is tried once, in order, until one succeeds.
 *
 * - Success: the value of the first that succeeds.
 * - Failure: the error of the last; an error that `fallbackOn` does not match ends the round at once.
 * - Refusal, such as by a rate limit of its own: the next value is tried. Where all are refused, the one that
 *   may come back first says so.
 * - Abort: ends the wait between two values at once.
 *
 * It stands within the retries, which repeat the round, and around the rate limit, so that every
 * value tried takes a token. An argument that is no list, or an empty one, is passed on as it is, once.
 *
 * @param parameters Where the values go in the arguments.
 * @param fallbackDelayMs The wait before each further value, in milliseconds.
 * @param host What the instance provides for the layers.
 * @returns The layer.
 */
export function argFallbackLayer(parameters: FallbackParameters, fallbackDelayMs: number, host: LayerHost): Layer {
  return (next) => {
    function tryValue(call: Call, args: readonly unknown[], lists: FallbackLists, i: number): Promise<unknown> {
      const state = stateOf(call);
      state.fallbackIndex = i;
      state.hasNextValue = i < stepsOf(lists) - 1;
      call.args = parameters.argsAt(args, lists, i);
      return next(call);
    }

    async function tryOthers(call: Call, args: readonly unknown[], lists: FallbackLists): Promise<unknown> {
      for (let i = 1;; i++) {
        await pauseBetweenValues(call, fallbackDelayMs, host);
        try {
          const value = await tryValue(call, args, lists, i);
          call.args = args;
          return value;
        } catch (error) {
          leaveValue(call, args, i, error, host);
        }
      }
    }

    function tryFirst(call: Call, lists: FallbackLists): Promise<unknown> {
      const { args } = call;
      return tryValue(call, args, lists, 0).then((value) => {
        call.args = args;
        return value;
      }, (error) => {
        leaveValue(call, args, 0, error, host);
        return tryOthers(call, args, lists);
      });
    }

    return startingAtOnce(parameters, next, tryFirst);
  };
}

/** Records what value `i` failed with, which is thrown where no other is to be tried. */
function leaveValue(call: Call, args: readonly unknown[], i: number, error: unknown, host: LayerHost): void {
  try {
    host.failures.record(call, error);
    if (!host.failures.canTryNext(call)) throw error;
    dropResponseOf(error);
    host.telemetry.record("fallback", host.functionName, call, { fallbackIndex: i + 1, error });
  } finally {
    call.args = args;
  }
}
