import { attemptsOf } from "../attempt/attempt.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import { retryContext, type RetryPredicate } from "../attempt/retry_context.ts";
import type { BreakerHandle, CircuitState } from "../breaker/breaker_handle.ts";
import { CircuitBreaker } from "../breaker/circuit_breaker.ts";
import { isAbortedByCaller } from "../call/aborted_by_caller.ts";
import { type Call, stateOf } from "../call/call.ts";
import { dropResponse } from "../call/drop_response.ts";
import type { Layer } from "../call/layer.ts";
import { CircuitOpenError } from "../errors/circuit_open_error.ts";
import { isOfKind } from "../errors/error_kind.ts";
import { formatDuration } from "../errors/format_duration.ts";
import { isAbortError } from "../errors/is_abort_error.ts";
import { resolveMatcher } from "../options/error_matcher.ts";
import {
  breakerRule,
  breakerSettings,
  type CircuitBreakerConfig,
  filledBreaker,
  showBreaker,
} from "../policy/breaker_fields.ts";
import { BreakerGroup } from "../policy/breaker_group.ts";
import { reportChange } from "../policy/circuit_telemetry.ts";
import { definePolicy, type Policy } from "../policy/policy.ts";
import type { PolicyHost } from "../policy/policy_host.ts";
import { isBug } from "../retry/is_bug.ts";

/** Whether attempts are made at all while they keep failing. */
export interface CircuitBreakerOptions {
  /**
   * Makes no attempt for a while where too many have failed: a `CircuitOpenError` at once, which the retries wait out where
   * `maxRetryAfter` and the deadline allow. `true` is half of at least 20 attempts within 60 s, open for 30 s. With
   * `argFallback` each value has a breaker of its own.
   */
  readonly circuitBreaker?: boolean | CircuitBreakerConfig | undefined;
}

/** No attempt while attempts keep failing. */
export const circuitBreakerPolicy: Policy = definePolicy<CircuitBreakerOptions>({
  name: "circuitBreaker",
  rules: { circuitBreaker: breakerRule },
  defaults: {},
  show: { circuitBreaker: showBreaker },
  resolve: ({ circuitBreaker = false }, host) => {
    if (circuitBreaker === false) return undefined;
    const { failureOn, name, ...filled } = filledBreaker(host.task, circuitBreaker, host.hint);
    const settings = breakerSettings(filled);
    const open = () => new BreakerGroup(() => new CircuitBreaker(settings, host.clock));
    const group = name === undefined ? open() : host.shared("circuitBreaker", name, filled, open);
    const isFailure: RetryPredicate = failureOn === undefined
      ? (error) => !isBug(error)
      : resolveMatcher(failureOn, host.functionName, "circuitBreaker.failureOn");
    const layer = circuitBreakerLayer({
      breakerOf: breakerFinder(group, host.fallbackKey),
      isFailure,
      isTimed: settings.slowCallMs !== Infinity,
      name,
    }, host);
    return { plain: layer, limited: () => layer, handles: { breaker: handleOf(group, name, host) } };
  },
});

/** Most functions have one breaker, which is found once. */
function breakerFinder(group: BreakerGroup, keyOf: PolicyHost["fallbackKey"]): (call: Call) => CircuitBreaker {
  if (keyOf !== undefined) return (call) => group.of(keyOf(call.args));
  const { common } = group;
  return () => common;
}

/** What the layer is made with. */
export interface CircuitBreakerLayerOptions {
  /** The breaker of a call. */
  readonly breakerOf: (call: Call) => CircuitBreaker;
  /** Whether the error of an attempt counts as a failure. */
  readonly isFailure: RetryPredicate;
  /** Whether it matters how long an attempt takes. */
  readonly isTimed: boolean;
  /** The name by which functions share the breaker. */
  readonly name: string | undefined;
}

/**
 * Makes no attempt while the circuit is open.
 *
 * - Success: counts; in a half-open circuit it helps to close it.
 * - Failure: counts where `failureOn` says so; one too many opens the circuit. What is no failure of the function does not
 *   count: a refusal by a layer within, an abort by the caller, a `ConfigurationError`. An attempt that the deadline ends
 *   does. A `failureOn` that throws ends the call with what it threw.
 * - Refusal: where the circuit is open, or half-open with its trials under way, a `CircuitOpenError` at once. It takes no
 *   token and no slot; the next fallback value is tried.
 * - Abort: a trial that is aborted makes room for another.
 *
 * It stands within the retries and the fallback values, so that it counts attempts, and around all that an attempt has to
 * wait for.
 *
 * @param options The breakers, and what counts.
 * @param host What the instance provides for the layers.
 * @returns The layer.
 */
export function circuitBreakerLayer(options: CircuitBreakerLayerOptions, host: LayerHost): Layer {
  const { breakerOf, isTimed } = options;
  const { clock } = host;
  const took = (call: Call) => isTimed ? clock.now() - call.startedMs! : 0;
  const report = (call: Call, breaker: CircuitBreaker) =>
    reportChange(host, breaker.takeChange(), options.name, call.state?.fallbackIndex);
  return (next) => (call) => {
    const breaker = breakerOf(call);
    const permit = breaker.tryAcquire();
    if (permit === undefined) return Promise.reject(refusalOf(call, breaker, options.name, host));
    if (breaker.hasChanged) report(call, breaker);
    if (isTimed) stateOf(call).isTimed = true;
    const attempts = attemptsOf(call);
    return next(call).then(
      (value) => {
        if (attemptsOf(call) === attempts) breaker.release(permit);
        else breaker.succeed(permit, took(call));
        if (breaker.hasChanged) report(call, breaker);
        return value;
      },
      (error) => {
        let isFailure = false;
        try {
          // Nothing ran where a layer within refused it, or ended the call.
          isFailure = attemptsOf(call) !== attempts && isCounted(call, error, options.isFailure, host);
        } finally {
          if (isFailure) breaker.fail(permit, took(call));
          else breaker.release(permit);
          if (breaker.hasChanged) report(call, breaker);
        }
        throw error;
      },
    );
  };
}

function refusalOf(call: Call, breaker: CircuitBreaker, name: string | undefined, host: LayerHost): CircuitOpenError {
  const cause = call.state?.attempts.at(-1)?.error;
  const value = call.state?.fallbackIndex === undefined ? "" : ` for the fallback value ${call.state.fallbackIndex}`;
  const whose = `${name === undefined ? "" : `${JSON.stringify(name)} `}of ${
    JSON.stringify(host.functionName)
  }${value}`;
  const { state, retryAfterMs } = breaker;
  const text = `The circuit breaker ${whose} is ${describeRefusal(state, retryAfterMs)}`;
  const refusal = new CircuitOpenError(text, retryAfterMs, { cause });
  host.failures.refuse(call, refusal, state !== "isolated");
  return refusal;
}

function describeRefusal(state: CircuitState, retryAfterMs: number | undefined): string {
  if (state === "isolated") return "isolated until its reset()";
  if (retryAfterMs === undefined) return "half-open, and its trials are under way";
  return `open for another ${formatDuration(retryAfterMs)}`;
}

/** Whether an error is a failure of the function. What the user's predicate throws ends the call. */
function isCounted(call: Call, error: unknown, isFailure: RetryPredicate, host: LayerHost): boolean {
  if (isAbortError(error) || isOfKind(error, "CONFIGURATION") || isAbortedByCaller(call)) return false;
  try {
    return isFailure(error, retryContext(call, host.random));
  } catch (thrown) {
    stateOf(call).isFinal = true;
    dropResponse(error);
    throw thrown;
  }
}

function handleOf(group: BreakerGroup, name: string | undefined, host: LayerHost): BreakerHandle {
  const change = (act: () => void) => {
    act();
    reportChange(host, group.takeChange(), name, undefined);
  };
  return Object.freeze({
    get state() {
      return group.state;
    },
    metrics: () => group.metrics(),
    isolate: () => change(() => group.isolate()),
    reset: () => change(() => group.reset()),
  });
}
