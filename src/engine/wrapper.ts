import { parseDuration, toSeconds } from "../time/duration.ts";
import { quoted } from "../errors/printable.ts";
import { validateOptions } from "../options/validate.ts";
import { Call, stateOf } from "../call/call.ts";
import type { CacheMode, CallLimits } from "../call/call_state.ts";
import type { Handler } from "../call/layer.ts";
import type { FilledOptions } from "./opero_options.ts";
import { likeOriginal } from "./own_properties.ts";
import type { Pipeline } from "./pipeline.ts";
import { shownOptions } from "./shown_options.ts";
import type { AnyFunction, AsyncFunction, CallMeta, CallOptions, WithMeta, Wrapped } from "./wrapped.ts";

/**
 * The function that runs its calls through `pipeline`, with the name, the length and the handles of a wrapped `fn`.
 *
 * @param fn The user's function.
 * @param pipeline The layers of the function.
 * @param options The checked options.
 * @returns The wrapped function.
 */
export function makeWrapper(fn: AnyFunction, pipeline: Pipeline, options: FilledOptions): Wrapped<AsyncFunction> {
  const { handler, host: { telemetry } } = pipeline;
  const observe = observed(handler, pipeline);

  function wrapper(this: unknown, ...args: unknown[]): Promise<unknown> {
    const call = new Call(this, args);
    return telemetry.isOn ? observe(call) : handler(call);
  }

  function withMeta(this: unknown, ...args: unknown[]): Promise<WithMeta<unknown>> {
    const call = new Call(this === wrapper ? pipeline.lost?.("withMeta") : this, args);
    stateOf(call);
    return (telemetry.isOn ? observe(call) : handler(call)).then((value) => ({
      value,
      meta: metaOf(call),
    }));
  }

  const name = options.name ?? fn.name;
  const handles = {
    options: shownOptions(options, pipeline.engine.table),
    events: telemetry.events,
    withMeta,
    ...pipeline.handles,
    with: (callOptions: CallOptions) => likeOriginal(fn, withCallOptions(pipeline, callOptions), name),
  };
  for (const [key, value] of Object.entries(handles)) Object.defineProperty(wrapper, key, { value });
  return likeOriginal(fn, wrapper, name) as Wrapped<AsyncFunction>;
}

/**
 * `handler`, recording how each call ended; used while there are listeners, or something to trace with.
 *
 * @param handler The handler of the call.
 * @param pipeline The layers of the function.
 * @param cacheMode What the calls ask of the cache.
 * @returns The handler that also emits the events.
 */
export function observed(handler: Handler, pipeline: Pipeline, cacheMode?: CacheMode): Handler {
  const { telemetry, functionName, clock } = pipeline.host;
  const watched = () => pipeline.watchedHandler(cacheMode);
  const run = pipeline.engine.traced?.(functionName, handler, watched) ?? handler;
  return (call) => {
    const startedMs = clock.now();
    const duration = () => toSeconds(clock.now() - startedMs);
    const state = stateOf(call);
    return run(call).then(
      (value) => {
        const details = { duration: duration(), attempts: attemptsOf(call), cache: state.cache };
        telemetry.record("success", functionName, call, details);
        return value;
      },
      (error) => {
        const details = { duration: duration(), attempts: attemptsOf(call), error };
        telemetry.record("failure", functionName, call, details);
        throw error;
      },
    );
  };
}

/** A function that runs its calls through `pipeline` with `options` of their own. */
function withCallOptions(pipeline: Pipeline, options: CallOptions): AnyFunction {
  const { functionName, telemetry } = pipeline.host;
  const { callRules, hint } = pipeline.engine.table;
  const task = `call ${quoted(functionName)}`;
  telemetry.loggingBadConfiguration(() => validateOptions(task, options, callRules, "", hint), functionName);
  const handler = pipeline.limitedHandler(options.cache);
  const observe = observed(handler, pipeline, options.cache);
  const limits = limitsOf(options);

  return function limited(this: unknown, ...args: unknown[]): Promise<unknown> {
    const call = new Call(this ?? pipeline.lost?.("with"), args);
    const state = stateOf(call);
    state.limits = limits;
    state.signal = options.signal;
    return (telemetry.isOn ? observe : handler)(call);
  };
}

/** What makes a call unlike others, or `undefined` where only its signal is its own. */
function limitsOf({ timeout, deadline, retries, cache }: CallOptions): CallLimits | undefined {
  if ((timeout ?? deadline ?? retries ?? cache) === undefined) return undefined;
  return { timeoutMs: parseDuration(timeout), deadlineMs: parseDuration(deadline), retries, cache };
}

/**
 * How many attempts have begun for `call`, or for the one that ran in its stead.
 *
 * @param call The call.
 * @returns The number.
 */
export function attemptsOf(call: Call): number {
  const ran = call.state?.servedBy ?? call;
  return ran.state?.attemptCount ?? ran.attemptNumber;
}

/**
 * What happened on the way to the value of `call`.
 *
 * @param call The call.
 * @returns The facts of the call.
 */
export function metaOf(call: Call): CallMeta {
  const ran = call.state?.servedBy?.state ?? stateOf(call);
  return {
    cache: stateOf(call).cache,
    attempts: attemptsOf(call),
    waited: toSeconds(ran.waitedMs),
    fallbackIndex: ran.fallbackIndex,
  };
}
