import { readField, readText } from "./errors/read_field.ts";
import { ConfigurationError } from "./errors/configuration_error.ts";
import { requireEffect } from "./options/require_effect.ts";
import { requireObject, validateOptions, wrongOption } from "./options/validate.ts";
import { quoted } from "./errors/printable.ts";
import { isWrapped } from "./call/wrapped_mark.ts";
import type { OperoOptions } from "./engine/opero_options.ts";
import type { Engine } from "./engine/engine.ts";
import { buildPipeline } from "./engine/pipeline.ts";
import type { Registry } from "./engine/registry.ts";
import type { OptionTable } from "./policy/option_table.ts";
import { isClass, wrapForms } from "./engine/wrap_forms.ts";
import type { ArgFallbackOptions } from "./layers/arg_fallback.ts";
import type { CheckedArgFallback } from "./policy/checked_arg_fallback.ts";
import type { AnyFunction, AsyncFunction, OwnProperties, Wrapped } from "./engine/wrapped.ts";
import { makeWrapper } from "./engine/wrapper.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";

/** Applies a set of options to a function, plainly or as a decorator of a method. */
export interface OperoWrapper {
  /** Wraps a function that always throws, whose type would pass for that of an async one. */
  // deno-lint-ignore no-explicit-any -- as with `AnyFunction`
  <F extends (this: any, ...args: any[]) => never>(
    fn: F,
    context?: ClassMethodDecoratorContext,
  ): Wrapped<((this: ThisParameterType<F>, ...args: Parameters<F>) => Promise<never>) & OwnProperties<F>>;
  /**
   * Decorates an async method where TypeScript's `experimentalDecorators` are on, which give the class, the name and
   * the descriptor.
   */
  <F extends AsyncFunction>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): TypedPropertyDescriptor<F>;
  /** Wraps an async function: its type stays as it is. */
  <F extends AsyncFunction>(fn: F, context?: ClassMethodDecoratorContext): Wrapped<F>;
  /** Wraps a sync function: its result becomes a promise. */
  <This, Args extends unknown[], R, Own>(
    fn: ((this: This, ...args: Args) => R) & Own,
    context?: ClassMethodDecoratorContext,
  ): Wrapped<((this: This, ...args: Args) => Promise<Awaited<R>>) & OwnProperties<Own>>;
}

/** Makes functions resilient: `opero(fn, options)`, `opero(options)(fn)` or `@opero(options)` on a method. */
export interface Opero {
  /** Wraps a function that always throws, whose type would pass for that of an async one. */
  // deno-lint-ignore no-explicit-any -- as with `AnyFunction`; a fallback may answer what the function never does
  <F extends (this: any, ...args: any[]) => never>(
    fn: F,
    // deno-lint-ignore no-explicit-any -- as above
    options?: OperoOptions<Parameters<NoInfer<F>>, any>,
  ): Wrapped<((this: ThisParameterType<F>, ...args: Parameters<F>) => Promise<never>) & OwnProperties<F>>;
  /**
   * Decorates an async method where TypeScript's `experimentalDecorators` are on, which give the class, the name and
   * the descriptor.
   */
  <F extends AsyncFunction>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): TypedPropertyDescriptor<F>;
  /** Decorates an async method with the defaults. */
  <F extends AsyncFunction>(fn: F, context: ClassMethodDecoratorContext): Wrapped<F>;
  /** Wraps an async function: its type stays as it is. */
  <F extends AsyncFunction, const Place extends ArgFallbackOptions["argFallback"] = undefined>(
    fn: F,
    options?:
      & OperoOptions<Parameters<NoInfer<F>>, Awaited<ReturnType<NoInfer<F>>>>
      & { readonly argFallback?: Place | undefined }
      & CheckedArgFallback<Place, Parameters<NoInfer<F>>>,
  ): Wrapped<F>;
  /** Wraps a sync function: its result becomes a promise. */
  <This, Args extends unknown[], R, Own, const Place extends ArgFallbackOptions["argFallback"] = undefined>(
    fn: ((this: This, ...args: Args) => R) & Own,
    options?:
      & OperoOptions<Args, Awaited<NoInfer<R>>>
      & { readonly argFallback?: Place | undefined }
      & CheckedArgFallback<Place, NoInfer<Args>>,
  ): Wrapped<((this: This, ...args: Args) => Promise<Awaited<R>>) & OwnProperties<Own>>;
  /** Takes the options first, for several functions or as a decorator. */
  (options?: OperoOptions): OperoWrapper;
}

/**
 * The `opero` of the instance whose functions share `registry`.
 *
 * @param registry What the functions of the instance share.
 * @param engine What may be switched on.
 * @returns The function `opero`.
 */
export function createWrap(registry: Registry, engine: Engine): Opero {
  const { telemetry } = registry;
  const forms = wrapForms("opero", (fn, given) => {
    return configuring(telemetry, fn, given, () => wrap(fn, given, registry, engine));
  });
  return refusing(telemetry, forms) as Opero;
}

function wrap(fn: AnyFunction, given: unknown, registry: Registry, engine: Engine): Wrapped<AsyncFunction> {
  const task = wrapTask(fn, given);
  const options = checkedOptions(task, given, registry.defaults, engine.table);
  return makeWrapper(fn, buildPipeline({ fn, task, options, registry, engine }), options);
}

/**
 * Does `work`, which wraps `fn`, and warns where that is wrapped already.
 *
 * @param telemetry The log and the events of the function.
 * @param fn The user's function.
 * @param given The options as the user gave them.
 * @param work Wraps the function.
 * @returns What `work` returns.
 */
export function configuring<R>(telemetry: Telemetry, fn: unknown, given: unknown, work: () => R): R {
  const name = nameOf(fn, given);
  return telemetry.loggingBadConfiguration(() => {
    const wrapped = work();
    if (isWrapped(fn)) telemetry.warnOnce("wrapped twice", name, wrappedTwice(name, fn, wrapped));
    return wrapped;
  }, name);
}

/**
 * `forms`, leaving a line in the log where they are used wrongly.
 *
 * @param telemetry The log and the events of the function.
 * @param forms The forms of `opero` or `opmap`.
 * @returns The same forms.
 */
export function refusing(
  telemetry: Telemetry,
  forms: (...args: unknown[]) => unknown,
): (...args: unknown[]) => unknown {
  return (...args) => telemetry.loggingBadConfiguration(() => forms(...args));
}

function wrappedTwice(name: string, inner: unknown, outer: unknown): string {
  const attempts = [outer, inner].map((each) => {
    const retries = readField(readField(each, "options"), "retries");
    return typeof retries === "number" ? retries + 1 : undefined;
  });
  const [around, within] = attempts;
  const effect = around === undefined || within === undefined
    ? "the retries of the two multiply"
    : `a call may run it ${around * within} times (${around} attempts of ${within})`;
  return `${quoted(name)} is wrapped twice: ${effect}, and its limits, caches and log lines ` +
    "are doubled; wrap the function once, with all options";
}

/**
 * What cannot be done where an option is wrong, as in `wrap "fetchUser"`.
 *
 * @param fn The user's function.
 * @param given The options as the user gave them.
 * @returns The task, for messages.
 * @throws {ConfigurationError} If `fn` is no function, or a class.
 */
export function wrapTask(fn: unknown, given?: unknown): string {
  const name = nameOf(fn, given);
  const task = name === "anonymous" ? "wrap an anonymous function" : `wrap ${quoted(name)}`;
  if (typeof fn !== "function") throw wrongOption("wrap", "fn", { desired: "a function" }, fn);
  if (isClass(fn)) {
    throw new ConfigurationError(`Cannot ${task} as 'fn' must be a function or a method: received a class`);
  }
  return task;
}

function nameOf(fn: unknown, given: unknown): string {
  return readText(given, "name") || readText(fn, "name") || "anonymous";
}

/**
 * `given` over the defaults of the instance, checked, with all defaults filled in; an explicit `undefined` leaves the
 * default.
 *
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @param given The options as the user gave them.
 * @param instanceDefaults The defaults of the instance.
 * @param optionTable The rules and the defaults of all options.
 * @returns The merged options.
 * @throws {ConfigurationError} If an option is unknown or wrong, or would do nothing.
 */
export function checkedOptions<FilledOptions extends OperoOptions>(
  task: string,
  given: unknown,
  instanceDefaults: OperoOptions,
  { rules, defaults, hint, fill }: OptionTable<OperoOptions, FilledOptions>,
): FilledOptions {
  validateOptions(task, given, rules, "", hint);
  const options = mergeOptions(task, instanceDefaults, given);
  requireEffect(task, Object(given), options, rules, defaults);
  return fill(options);
}

/**
 * `given` over `defaults`; an explicit `undefined` leaves the default.
 *
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @param defaults The options that count where `given` has none.
 * @param given The options as the user gave them.
 * @returns The merged options.
 * @throws {ConfigurationError} If `given` is no object.
 */
export function mergeOptions(task: string, defaults: OperoOptions, given: unknown): OperoOptions {
  requireObject(task, "options", given);
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(set) };
}
