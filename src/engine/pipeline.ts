import { allArguments } from "../cache/key/all_arguments.ts";
import { asyncContextHandler, attemptHandler } from "../attempt/current_call.ts";
import { FailureLog } from "../attempt/failure_log.ts";
import { OutcomeWatch } from "../attempt/outcome_watch.ts";
import { printable } from "../errors/printable.ts";
import { resolveFallbackParameters } from "../function_source/fallback_parameter.ts";
import type { CacheMode } from "../call/call_state.ts";
import { compose, type Handler, type Layer } from "../call/layer.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import { argFallbackPolicy, resolveFallbackOn } from "../layers/arg_fallback.ts";
import { cachePolicy } from "../layers/cache.ts";
import { circuitBreakerPolicy } from "../layers/circuit_breaker.ts";
import { concurrencyPolicy } from "../layers/concurrency.ts";
import { deadlinePolicy } from "../layers/deadline.ts";
import { failOnPolicy } from "../layers/fail_on.ts";
import { fallbackPolicy } from "../layers/fallback.ts";
import { hedgePolicy } from "../layers/hedge.ts";
import { interruptPolicy } from "../layers/interrupt.ts";
import { rateLimitPolicy } from "../layers/rate_limit.ts";
import { reraisePolicy } from "../layers/reraise.ts";
import { resolveRetryOn, retryPolicy } from "../layers/retry.ts";
import { signalPolicy } from "../layers/signal.ts";
import { timeoutPolicy } from "../layers/timeout.ts";
import { openRetryBudget } from "../policy/budget_fields.ts";
import { placeLayers } from "../policy/custom_layers.ts";
import { fallbackKeyOf } from "../policy/fallback_key.ts";
import { NO_HANDLES, type PolicyHandles } from "../policy/policy_handles.ts";
import type { PolicyHost } from "../policy/policy_host.ts";
import type { LayerForms, Policy } from "../policy/policy.ts";
import type { CachedResults } from "../cache/results/cached_results.ts";
import { CallTally } from "../telemetry/call_tally.ts";
import { counted } from "./counted.ts";
import { tracedAttempt } from "./traced_attempt.ts";
import { openFunctionCache } from "./open_function_cache.ts";
import type { FilledOptions } from "./opero_options.ts";
import type { Registry } from "./registry.ts";
import type { AnyFunction } from "./wrapped.ts";

/** What stands between a call and the function: everything that a set of options switches on. */
export interface Pipeline {
  /** Runs calls without options of their own. */
  readonly handler: Handler;
  /** Runs calls that have options of their own, and ask this of the cache; composed when first asked for. */
  readonly limitedHandler: (cacheMode?: CacheMode) => Handler;
  /** The same for calls that are watched attempt by attempt. */
  readonly watchedHandler: (cacheMode?: CacheMode) => Handler;
  /** Whether a call whose attempt succeeds goes through no layer that would do anything. */
  readonly isOnFailureOnly: boolean;
  /** The cache of the function; off until switched on, but there to be asked. */
  readonly cache: CachedResults | undefined;
  /** What the layers use. */
  readonly host: LayerHost;
  /** What the wrapped function bears of its policies. */
  readonly handles: PolicyHandles;
}

/** What a pipeline is built of. All options have been validated. */
export interface PipelineParts {
  /** The function, whose source names its parameters. */
  readonly fn: AnyFunction;
  /** What cannot be done where an option is wrong, as in `wrap "fetchUser"`. */
  readonly task: string;
  /** The options, all defaults filled in. */
  readonly options: FilledOptions;
  /** What the functions of the instance share. */
  readonly registry: Registry;
  /** Runs one attempt in place of calling the function here. It keeps to `timeout` itself. */
  readonly runAttempt?: Handler | undefined;
}

/**
 * All policies, the outermost first: **this is the order of the layers**. What is known of the options follows from it,
 * too; `docs/layers.md` documents it for users.
 *
 * With `retries: 2`, two fallback values and `rateLimit: 1`, a call that fails throughout makes
 * 3 × 2 = 6 attempts, takes 6 tokens and so lasts at least 5 s; a call that hits the cache takes none.
 */
export const POLICIES: readonly Policy[] = [
  signalPolicy,
  reraisePolicy,
  fallbackPolicy,
  cachePolicy,
  deadlinePolicy,
  retryPolicy,
  argFallbackPolicy,
  circuitBreakerPolicy,
  hedgePolicy,
  concurrencyPolicy,
  rateLimitPolicy,
  failOnPolicy,
  timeoutPolicy,
  interruptPolicy,
];

/**
 * Composes what the options switch on, once.
 *
 * @param parts The function, its checked options and the instance.
 * @returns The layers as one handler, and the parts that the handles of the function use.
 */
export function buildPipeline(parts: PipelineParts): Pipeline {
  const { fn, options, registry, task } = parts;
  const tally = options.stats ? new CallTally() : undefined;
  const host = hostFor(fn, options, registry, tally);
  const parameters = resolveFallbackParameters(task, fn, options);
  const keyArguments = parameters === undefined
    ? allArguments
    : (args: readonly unknown[]) => parameters.argsWithout(args);
  const cache = options.cache ? openFunctionCache({ fn, task, options, registry, host, keyArguments }) : undefined;
  const policyHost = policyHostFor(parts, host, parameters, keyArguments, cache);
  const layersAt = placeLayers(task, options.layers ?? [], POLICIES.map(({ name }) => name), host);
  // Successes count for a budget.
  const isCounted = tally !== undefined || policyHost.budget !== undefined;
  let isOnFailureOnly = !isCounted && (options.layers ?? []).length === 0;
  const forms = POLICIES.flatMap((policy): Form[] => {
    const own = formsOf(policy.resolve(options, policyHost));
    isOnFailureOnly &&= own.plain === undefined || policy.isOnFailureOnly === true;
    const watched = policy.name === ATTEMPT_PLACE ? [WATCHED_ATTEMPT] : [];
    return [
      ...watched,
      ...layersAt("outside", policy.name).map(formsOf),
      own,
      ...layersAt("inside", policy.name).map(formsOf),
    ];
  });
  const attempt = parts.runAttempt ?? localAttempt(parts, host);
  return {
    ...handlersOf(forms, attempt, tally && counted(tally, host.clock)),
    isOnFailureOnly,
    cache,
    host,
    handles: Object.assign(
      { ...NO_HANDLES, stats: tally && (() => tally.read()) },
      ...forms.map(({ handles }) => handles),
    ),
  };
}

/** A layer as it is composed; `watched` is there only for calls that are watched. */
interface Form extends LayerForms {
  readonly watched?: Layer;
}

/** All from here on is a part of the attempt. */
const ATTEMPT_PLACE = "failOn";
const WATCHED_ATTEMPT: Form = { plain: undefined, limited: () => undefined, watched: tracedAttempt };

function policyHostFor(
  { registry, task, options, runAttempt }: PipelineParts,
  host: LayerHost,
  parameters: PolicyHost["parameters"],
  keyArguments: PolicyHost["keyArguments"],
  cache: CachedResults | undefined,
): PolicyHost {
  const shared: PolicyHost["shared"] = (option, name, settings, make) =>
    registry.shared.of(task, option, name, settings, make);
  return {
    ...host,
    task,
    parameters,
    keyArguments,
    cache,
    isRemote: runAttempt !== undefined,
    globalLimiter: (rates) => registry.globalLimiter(task, rates),
    fallbackKey: parameters && fallbackKeyOf(parameters),
    shared,
    budget: openRetryBudget(options.retryBudget, { task, clock: registry.clock, shared }),
  };
}

/** Runs calls through the layers: those with options of their own through others. */
function handlersOf(
  forms: readonly Form[],
  attempt: Handler,
  outermost: Layer | undefined,
): Pick<Pipeline, "handler" | "limitedHandler" | "watchedHandler"> {
  const composed = (layerOf: (form: Form) => Layer | undefined) => compose([outermost, ...forms.map(layerOf)], attempt);
  return {
    handler: composed(({ plain }) => plain),
    limitedHandler: onceForEach((mode) => composed((form) => form.limited(mode))),
    watchedHandler: onceForEach((mode) => composed((form) => form.watched ?? form.limited(mode))),
  };
}

/** Makes what each mode needs when it is first asked for. */
function onceForEach(make: (mode?: CacheMode) => Handler): (mode?: CacheMode) => Handler {
  const made = new Map<CacheMode | undefined, Handler>();
  return (mode) => {
    const handler = made.get(mode) ?? make(mode);
    made.set(mode, handler);
    return handler;
  };
}

/** Most layers are the same for all calls. */
function formsOf(resolved: Layer | LayerForms | undefined): LayerForms {
  return typeof resolved === "object" ? resolved : { plain: resolved, limited: () => resolved };
}

function hostFor(fn: AnyFunction, options: FilledOptions, registry: Registry, tally?: CallTally): LayerHost {
  const { clock, random } = registry;
  const telemetry = registry.telemetry.forFunction(tally);
  const functionName = printable(options.name ?? fn.name) || "anonymous";
  const retryOn = resolveRetryOn(options.retryOn, functionName);
  const fallbackOn = resolveFallbackOn(options.fallbackOn, functionName);
  const { reraise, retries } = options;
  const outcomes = new OutcomeWatch();
  const isRetryOnGiven = options.retryOn !== undefined;
  const failures = new FailureLog({
    functionName,
    clock,
    random,
    retryOn,
    isRetryOnGiven,
    retries,
    fallbackOn,
    reraise,
    tally,
    outcomes,
  });
  return { functionName, clock, random, telemetry, failures, outcomes };
}

function localAttempt({ fn, options, task }: PipelineParts, host: LayerHost): Handler {
  return options.context === "async" ? asyncContextHandler(task, fn, host) : attemptHandler(fn, host);
}
