import { allArguments } from "../cache/key/all_arguments.ts";
import { attemptHandler } from "../attempt/current_call.ts";
import { OutcomeWatch } from "../attempt/outcome_watch.ts";
import { retryPredicate } from "../attempt/retry_predicate.ts";
import { printable } from "../errors/printable.ts";
import type { CacheMode } from "../call/call_state.ts";
import { compose, type Handler, type Layer } from "../call/layer.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import type { PolicyHost } from "../policy/policy_host.ts";
import type { LayerForms } from "../policy/policy.ts";
import type { CachedResults } from "../cache/results/cached_results.ts";
import type { CallTally } from "../telemetry/call_tally.ts";
import type { Engine, Form, PipelineParts } from "./engine.ts";

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
  readonly handles: object;
  /** The arguments that distinguish a call from others: all but those that have alternatives. */
  readonly keyArguments: PolicyHost["keyArguments"];
  /** Notices calls by a handle that loses the `this` of a method. */
  readonly lost: ReturnType<NonNullable<Engine["lostReceiver"]>> | undefined;
  /** What it was built with. */
  readonly engine: Engine;
}

/**
 * Composes what the options switch on, once.
 *
 * @param parts The function, its checked options and the instance.
 * @returns The layers as one handler, and the parts that the handles of the function use.
 */
export function buildPipeline(parts: PipelineParts): Pipeline {
  const { options, registry, task, engine } = parts;
  const { policies } = engine;
  const counter = options.stats ? engine.countCalls?.(registry.clock) : undefined;
  const tally = counter?.tally;
  const host = hostFor(parts, tally);
  const policyHost = policyHostFor(parts, host);
  const { layers = [] } = options;
  const formsAt = engine.placeForms?.(task, layers, policies.map(({ name }) => name), host) ?? (() => []);
  // Successes count for a budget.
  const isCounted = tally !== undefined || policyHost.budget !== undefined;
  let isOnFailureOnly = !isCounted && layers.length === 0;
  const forms = policies.flatMap((policy): Form[] => {
    const own = formsOf(policy.resolve(options, policyHost));
    isOnFailureOnly &&= own.plain === undefined || policy.isOnFailureOnly === true;
    return [...formsAt("outside", policy.name), own, ...formsAt("inside", policy.name)];
  });
  const attempt = parts.runAttempt ?? localAttempt(parts, host);
  return {
    ...handlersOf(forms, attempt, counter?.layer),
    isOnFailureOnly,
    cache: policyHost.cache,
    host,
    handles: Object.assign(
      engine.openHandles?.(policyHost, tally) ?? {},
      ...forms.map(({ handles }) => handles),
    ),
    keyArguments: policyHost.keyArguments,
    lost: engine.lostReceiver?.(parts.fn, host),
    engine,
  };
}

function policyHostFor(parts: PipelineParts, host: LayerHost): PolicyHost {
  const { registry, task, runAttempt, engine } = parts;
  const { openShared } = engine;
  const shared: PolicyHost["shared"] = (option, name, settings, make) =>
    openShared === undefined ? make() : (registry.shared ??= openShared()).of(task, option, name, settings, make);
  const policyHost: PolicyHost = {
    ...host,
    task,
    hint: engine.table.hint,
    parameters: undefined,
    keyArguments: allArguments,
    cache: undefined,
    isRemote: runAttempt !== undefined,
    fallbackKey: undefined,
    shared,
    budget: undefined,
  };
  return engine.policies.reduceRight((known, { prepare }) => ({ ...known, ...prepare?.(parts, known) }), policyHost);
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

function hostFor({ fn, options, registry, engine }: PipelineParts, tally: CallTally | undefined): LayerHost {
  const { clock, random } = registry;
  const telemetry = registry.telemetry.forFunction(tally);
  const functionName = printable(options.name ?? fn.name) || "anonymous";
  const retryOn = retryPredicate(options.retryOn, functionName, "retryOn", engine.isBug);
  const { reraise, retries } = options;
  const outcomes = new OutcomeWatch();
  const isRetryOnGiven = options.retryOn !== undefined;
  const log = { functionName, clock, random, retryOn, isRetryOnGiven, retries, reraise, tally, telemetry, outcomes };
  const failures = engine.openLog(log, options);
  return { functionName, clock, random, telemetry, failures, outcomes };
}

function localAttempt({ fn, options, task, engine }: PipelineParts, host: LayerHost): Handler {
  const makeHandler = options.context === "async" ? engine.makeAsyncHandler : undefined;
  return makeHandler?.(task, fn, host) ?? attemptHandler(fn, host);
}
