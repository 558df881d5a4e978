import { parseDuration, toSeconds } from "../duration.ts";
import { markAsAsync } from "../ensure_async.ts";
import { abortSignal, positiveDuration, validateOptions } from "../internal/validate.ts";
import { Call, type Handler, stateOf } from "../layer.ts";
import type { LayerHost } from "../layer_host.ts";
import type { CachedResults } from "../cache/cached_results.ts";
import type { OperoOptions } from "./opero_options.ts";
import type { Pipeline } from "./pipeline.ts";
import { shownOptions } from "./shown_options.ts";
import type { AnyFunction, AsyncFunction, CacheHandle, CallMeta, CallOptions, WithMeta, Wrapped } from "./wrapped.ts";

const CALL_RULES = { signal: abortSignal, deadline: positiveDuration, timeout: positiveDuration };

const NO_STATS = Object.freeze({ hits: 0, misses: 0, stale: 0, coalesced: 0, writes: 0, errors: 0 });

/** The function that runs its calls through `pipeline`, with the name, the length and the handles of a wrapped `fn`. */
export function makeWrapper(fn: AnyFunction, pipeline: Pipeline, options: OperoOptions): Wrapped<AsyncFunction> {
  const { handler, host: { telemetry } } = pipeline;
  const observe = observed(handler, pipeline.host);

  function wrapper(this: unknown, ...args: unknown[]): Promise<unknown> {
    const call = new Call(this, args);
    return telemetry.isOn ? observe(call) : handler(call);
  }

  function withMeta(this: unknown, ...args: unknown[]): Promise<WithMeta<unknown>> {
    const call = new Call(this === wrapper ? undefined : this, args);
    stateOf(call);
    return (telemetry.isOn ? observe : handler)(call).then((value) => ({ value, meta: metaOf(call, pipeline) }));
  }

  const handles = {
    options: shownOptions(options),
    cache: cacheHandle(pipeline.cache, undefined),
    withMeta,
    with: (callOptions: CallOptions) => withCallOptions(fn, pipeline, callOptions),
  };
  for (const [name, value] of Object.entries(handles)) Object.defineProperty(wrapper, name, { value });
  return likeOriginal(fn, wrapper) as unknown as Wrapped<AsyncFunction>;
}

/** `handler`, telling how each call ended; it is taken while anybody wants to know. */
export function observed(handler: Handler, { telemetry, functionName, clock }: LayerHost): Handler {
  return (call) => {
    const startedMs = clock.now();
    const duration = () => toSeconds(clock.now() - startedMs);
    stateOf(call);
    return handler(call).then(
      (value) => {
        const attempts = attemptsOf(call);
        telemetry.tell("success", functionName, call, { duration: duration(), attempts, cache: stateOf(call).cache });
        return value;
      },
      (error) => {
        const attempts = failedAttemptsOf(call);
        telemetry.tell("failure", functionName, call, { duration: duration(), attempts, error });
        throw error;
      },
    );
  };
}

function withCallOptions(fn: AnyFunction, pipeline: Pipeline, options: CallOptions): AnyFunction {
  const { functionName, telemetry } = pipeline.host;
  telemetry.loggingBadConfiguration(() => {
    validateOptions(`call ${JSON.stringify(functionName)}`, options, CALL_RULES);
  });
  const handler = pipeline.limitedHandler();
  const observe = observed(handler, pipeline.host);
  const timeoutMs = parseDuration(options.timeout);
  const deadlineMs = parseDuration(options.deadline);
  const limits = timeoutMs === undefined && deadlineMs === undefined ? undefined : { timeoutMs, deadlineMs };

  function limited(this: unknown, ...args: unknown[]): Promise<unknown> {
    const call = new Call(this, args);
    const state = stateOf(call);
    state.limits = limits;
    state.signal = options.signal;
    return (pipeline.host.telemetry.isOn ? observe : handler)(call);
  }
  return likeOriginal(fn, limited);
}

/** Gives `wrapper` the name and the length of `fn`. */
export function likeOriginal(fn: AnyFunction, wrapper: AnyFunction): AnyFunction {
  Object.defineProperty(wrapper, "name", { value: fn.name, configurable: true });
  Object.defineProperty(wrapper, "length", { value: fn.length, configurable: true });
  markAsAsync(wrapper);
  return wrapper;
}

/** How many attempts were made: those that failed, and the one that got through. */
function attemptsOf(call: Call): number {
  const isFromCache = call.state?.cache === "hit" || call.state?.cache === "stale";
  const hasSucceeded = !isFromCache && (call.state?.servedBy ?? call).state?.phase === "runs";
  return failedAttemptsOf(call) + (hasSucceeded ? 1 : 0);
}

function failedAttemptsOf(call: Call): number {
  return (call.state?.servedBy ?? call).state?.attempts.length ?? 0;
}

/** What happened on the way to the value of `call`. */
export function metaOf(call: Call, pipeline: Pipeline): CallMeta {
  const ran = call.state?.servedBy?.state ?? stateOf(call);
  return {
    cache: pipeline.cache === undefined ? "off" : stateOf(call).cache,
    attempts: attemptsOf(call),
    waited: toSeconds(ran.waitedMs),
    fallbackIndex: ran.fallbackIndex,
  };
}

/** The handle for what `cache` keeps of calls on `self`. */
export function cacheHandle(cache: CachedResults | undefined, self: unknown): CacheHandle<unknown[], unknown> {
  return Object.freeze({
    get: (...args: unknown[]) => Promise.resolve(cache?.get(self, args)),
    has: (...args: unknown[]) => Promise.resolve(cache?.has(self, args) ?? false),
    delete: (...args: unknown[]) => Promise.resolve(cache?.delete(self, args) ?? false),
    clear: () => Promise.resolve(cache?.clear()),
    stats: () => cache?.stats() ?? { ...NO_STATS },
    of: (instance: object) => cacheHandle(cache, instance),
  });
}
