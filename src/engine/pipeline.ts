import { allArguments, byNumber, serializeArguments } from "../cache/key/cache_key.ts";
import { asyncContextHandler, attemptHandler } from "../attempt/current_call.ts";
import { parseDuration } from "../time/duration.ts";
import { FailureLog } from "../attempt/failure_log.ts";
import { printable } from "../errors/printable.ts";
import { openFunctionCache } from "./open_function_cache.ts";
import { resolveFallbackParameters } from "../function_source/fallback_parameter.ts";
import type { Call } from "../call/call.ts";
import type { CacheMode } from "../call/call_state.ts";
import { compose, type Handler, type Layer } from "../call/layer.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import { argFallbackLayer, resolveFallbackOn } from "../layers/arg_fallback.ts";
import type { CachedResults } from "../cache/results/cached_results.ts";
import { cacheLayer } from "../layers/cache.ts";
import { deadlineLayer } from "../layers/deadline.ts";
import { failOnLayer } from "../layers/fail_on.ts";
import { fallbackLayer } from "../layers/fallback.ts";
import { rateLimitLayer, resolveRate } from "../layers/rate_limit.ts";
import { reraiseLayer } from "../layers/reraise.ts";
import { resolveRetry, resolveRetryOn, retryLayer } from "../layers/retry.ts";
import { interruptLayer, signalLayer } from "../layers/signal.ts";
import { timeoutLayer } from "../layers/timeout.ts";
import { KeyedLimiters } from "../limiter/keyed_limiters.ts";
import { RateLimiter } from "../limiter/rate_limiter.ts";
import type { OperoOptions } from "./opero_options.ts";
import type { Registry } from "./registry.ts";
import type { AnyFunction } from "./wrapped.ts";

/** What stands between a call and the function: everything that a set of options switches on. */
export interface Pipeline {
  /** Runs calls without options of their own. */
  readonly handler: Handler;
  /** Runs calls that have options of their own, and ask this of the cache; composed when first asked for. */
  readonly limitedHandler: (cacheMode?: CacheMode) => Handler;
  /** The cache of the function; off until switched on, but there to be asked. */
  readonly cache: CachedResults | undefined;
  /** What the layers use. */
  readonly host: LayerHost;
}

/** What a pipeline is built of. All options have been validated. */
export interface PipelineParts {
  /** The function, whose source names its parameters. */
  readonly fn: AnyFunction;
  /** What cannot be done where an option is wrong, as in `wrap "fetchUser"`. */
  readonly task: string;
  /** The options, defaults of the instance included. */
  readonly options: OperoOptions;
  /** What the functions of the instance share. */
  readonly registry: Registry;
  /** Runs one attempt in place of calling the function here. It keeps to `timeout` itself. */
  readonly runAttempt?: Handler | undefined;
}

/**
 * Composes what the options switch on, once. **This is the order of the layers**, the outermost first:
 *
 * | layer | switched on by | what it does |
 * | --- | --- | --- |
 * | signal | `signal` | lets the caller call the whole call off |
 * | reraise | `reraise` | what the last attempt threw in place of an `AllFailedError` |
 * | fallback | `fallback` | a value in place of an `AllFailedError` |
 * | cache | `cache` | a hit ends the call here; identical calls in flight become one |
 * | deadline | `deadline` | a limit for all that follows, waits included |
 * | retry | always | rounds, with backoff between them |
 * | argument fallback | `argFallback` | one attempt per value in each round |
 * | rate limit | `rateLimit` | a token per attempt |
 * | failure | `failOn` | makes a failed attempt of a value |
 * | timeout | `timeout` | a limit for the attempt |
 * | interrupt | `signal`, `deadline` | ends the attempt when the call is called off |
 *
 * With `retries: 2`, two fallback values and `rateLimit: 1`, a call that fails throughout makes
 * 3 × 2 = 6 attempts, takes 6 tokens and so lasts at least 5 s; a call that hits the cache takes none.
 */
export function buildPipeline(parts: PipelineParts): Pipeline {
  const { fn, options, registry, task, runAttempt } = parts;
  const host = hostFor(fn, options, registry);
  const parameters = resolveFallbackParameters(task, fn, options);
  const keyArguments = parameters === undefined
    ? allArguments
    : (args: readonly unknown[]) => parameters.argsWithout(args);
  const cache = options.cache ? openFunctionCache({ fn, task, options, registry, host, keyArguments }) : undefined;
  const rateLimit = resolveRateLimit(parts, host, keyArguments);
  const fallbackDelayMs = parseDuration(options.fallbackDelay) ?? 0;
  const timeoutMs = parseDuration(options.timeout);
  const deadlineMs = parseDuration(options.deadline);
  const hasSharedDeadline = cache !== undefined && deadlineMs !== undefined;
  const retry = retryLayer(resolveRetry(task, options), host);
  const attempt = runAttempt ?? localAttempt(parts, host);

  const layers = (isLimited: boolean, cacheMode?: CacheMode): (Layer | undefined)[] => [
    isLimited || options.signal !== undefined ? signalLayer(options.signal) : undefined,
    options.reraise ? reraiseLayer(host) : undefined,
    options.fallback === undefined ? undefined : fallbackLayer(options.fallback, host, hasSharedDeadline),
    cacheLayerFor(cache, parts, host, cacheMode),
    isLimited || deadlineMs !== undefined ? deadlineLayer(deadlineMs, host) : undefined,
    retry,
    parameters === undefined ? undefined : argFallbackLayer(parameters, fallbackDelayMs, host),
    rateLimit,
    options.failOn === undefined ? undefined : failOnLayer(options.failOn, host),
    runAttempt === undefined && (isLimited || timeoutMs !== undefined) ? timeoutLayer(timeoutMs, host) : undefined,
    isLimited || deadlineMs !== undefined || options.signal !== undefined ? interruptLayer() : undefined,
  ];

  const limited = new Map<CacheMode | undefined, Handler>();
  return {
    handler: compose(layers(false), attempt),
    limitedHandler: (mode) => {
      const handler = limited.get(mode) ?? compose(layers(true, mode), attempt);
      limited.set(mode, handler);
      return handler;
    },
    cache,
    host,
  };
}

function cacheLayerFor(
  cache: CachedResults | undefined,
  { options }: PipelineParts,
  host: LayerHost,
  mode: CacheMode | undefined,
): Layer | undefined {
  if (cache === undefined || mode === "bypass") return undefined;
  const flights = { isTracked: options.context === "async", isBounded: options.deadline !== undefined };
  return cacheLayer(cache, host, flights, mode);
}

function hostFor(fn: AnyFunction, options: OperoOptions, registry: Registry): LayerHost {
  const { clock, random } = registry;
  const telemetry = registry.telemetry.forFunction();
  const functionName = printable(options.name ?? fn.name) || "anonymous";
  const retryOn = resolveRetryOn(options.retryOn, functionName);
  const fallbackOn = resolveFallbackOn(options.fallbackOn, functionName);
  const { reraise = false } = options;
  const isRetryOnGiven = options.retryOn !== undefined;
  const { retries = 3 } = options;
  const failures = new FailureLog({
    functionName,
    clock,
    random,
    retryOn,
    isRetryOnGiven,
    retries,
    fallbackOn,
    reraise,
  });
  return { functionName, clock, random, telemetry, failures };
}

function localAttempt({ fn, options, task }: PipelineParts, host: LayerHost): Handler {
  return options.context === "async" ? asyncContextHandler(task, fn, host) : attemptHandler(fn, host);
}

function resolveRateLimit(
  { options, task, registry }: PipelineParts,
  host: LayerHost,
  keyArguments: (args: readonly unknown[]) => readonly unknown[],
): Layer | undefined {
  if (options.rateLimit === undefined) return undefined;
  const rate = resolveRate(task, options.rateLimit);
  const maxWaitMs = parseDuration(options.rateLimitMaxWait);
  if (options.rateLimitScope === "per_args") {
    const limiters = new KeyedLimiters(rate, registry.clock);
    const keyOf = options.rateLimitKey as ((...args: readonly unknown[]) => unknown) | undefined;
    const limiterOf = (call: Call) =>
      limiters.of(keyOf === undefined ? serializeArguments(keyArguments(call.args), byNumber) : keyOf(...call.args));
    return rateLimitLayer(limiterOf, maxWaitMs, host);
  }
  const limiter = options.rateLimitScope === "global"
    ? registry.globalLimiter(task, rate)
    : new RateLimiter(rate, registry.clock);
  return rateLimitLayer(() => limiter, maxWaitMs, host);
}
