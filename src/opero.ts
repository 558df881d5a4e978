import { quoted } from "./internal/printable.ts";
import { requireObject, validateOptions, wrongOption } from "./internal/validate.ts";
import { OPERO_RULES, type OperoOptions } from "./engine/opero_options.ts";
import { buildPipeline } from "./engine/pipeline.ts";
import type { Registry } from "./engine/registry.ts";
import type { AnyFunction, AsyncFunction, Wrapped } from "./engine/wrapped.ts";
import { makeWrapper } from "./engine/wrapper.ts";

/** Applies a set of options to a function, plainly or as a decorator of a method. */
export interface OperoWrapper {
  /** Wraps a function that always throws, whose type would pass for that of an async one. */
  // deno-lint-ignore no-explicit-any -- as with `AnyFunction`
  <F extends (this: any, ...args: any[]) => never>(
    fn: F,
    context?: ClassMethodDecoratorContext,
  ): Wrapped<(this: ThisParameterType<F>, ...args: Parameters<F>) => Promise<never>>;
  /** Wraps an async function: its type stays as it is. */
  <F extends AsyncFunction>(fn: F, context?: ClassMethodDecoratorContext): Wrapped<F>;
  /** Wraps a sync function: its result becomes a promise. */
  <This, Args extends unknown[], R>(
    fn: (this: This, ...args: Args) => R,
    context?: ClassMethodDecoratorContext,
  ): Wrapped<(this: This, ...args: Args) => Promise<Awaited<R>>>;
}

/** Makes functions resilient: `opero(fn, options)`, `opero(options)(fn)` or `@opero(options)` on a method. */
export interface Opero {
  /** Wraps a function that always throws, whose type would pass for that of an async one. */
  // deno-lint-ignore no-explicit-any -- as with `AnyFunction`; a fallback may answer what the function never does
  <F extends (this: any, ...args: any[]) => never>(
    fn: F,
    // deno-lint-ignore no-explicit-any -- as above
    options?: OperoOptions<Parameters<NoInfer<F>>, any>,
  ): Wrapped<(this: ThisParameterType<F>, ...args: Parameters<F>) => Promise<never>>;
  /** Decorates an async method with the defaults. */
  <F extends AsyncFunction>(fn: F, context: ClassMethodDecoratorContext): Wrapped<F>;
  /** Wraps an async function: its type stays as it is. */
  <F extends AsyncFunction>(
    fn: F,
    options?: OperoOptions<Parameters<NoInfer<F>>, Awaited<ReturnType<NoInfer<F>>>>,
  ): Wrapped<F>;
  /** Wraps a sync function: its result becomes a promise. */
  <This, Args extends unknown[], R>(
    fn: (this: This, ...args: Args) => R,
    options?: OperoOptions<Args, Awaited<NoInfer<R>>>,
  ): Wrapped<(this: This, ...args: Args) => Promise<Awaited<R>>>;
  /** Takes the options first, for several functions or as a decorator. */
  (options?: OperoOptions): OperoWrapper;
}

/** What a decorator is told of what it decorates. */
export interface DecoratorContext {
  readonly kind: string;
  readonly name: string | symbol;
}

/** The `opero` of the instance whose functions share `registry`. */
export function createWrap(registry: Registry): Opero {
  function opero(first?: unknown, second?: unknown): unknown {
    if (typeof first === "function") return apply(first as AnyFunction, undefined, second);
    if (first !== undefined && (typeof first !== "object" || first === null)) {
      throw wrongOption("wrap", "fn", { desired: "a function, or options to wrap one with later" }, first);
    }
    return (fn: AnyFunction, context?: unknown) => apply(fn, first, context);
  }

  /** `second` is a decorator's context, or the options where those did not come first. */
  function apply(fn: AnyFunction, options: object | undefined, second: unknown): Wrapped<AsyncFunction> {
    if (!isDecoratorContext(second)) {
      return wrap(fn, options ?? (second === undefined ? {} : second as object), registry);
    }
    requireMethod(second);
    return wrap(fn, options ?? {}, registry);
  }

  return opero as Opero;
}

function wrap(fn: AnyFunction, given: object, registry: Registry): Wrapped<AsyncFunction> {
  return registry.telemetry.loggingBadConfiguration(() => {
    const task = wrapTask(fn, given);
    const options = mergeOptions(task, registry.defaults, given);
    validateOptions(task, options, OPERO_RULES);
    return makeWrapper(fn, buildPipeline({ fn, task, options, registry }), options);
  });
}

/**
 * What cannot be done where an option is wrong, as in `wrap "fetchUser"`.
 *
 * @throws {ConfigurationError} If `fn` is no function.
 */
export function wrapTask(fn: unknown, given?: unknown): string {
  if (typeof fn !== "function") throw wrongOption("wrap", "fn", { desired: "a function" }, fn);
  const name = (given as { name?: unknown } | null | undefined)?.name;
  const shown = typeof name === "string" && name !== "" ? name : fn.name;
  return shown === "" ? "wrap an anonymous function" : `wrap ${quoted(shown)}`;
}

/**
 * `given` over the defaults of the instance; an explicit `undefined` leaves the default.
 *
 * @throws {ConfigurationError} If `given` is no object.
 */
export function mergeOptions(task: string, defaults: OperoOptions, given: unknown): OperoOptions {
  requireObject(task, "options", given);
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(set) };
}

/** Whether `value` is what a decorator is told of what it decorates. */
export function isDecoratorContext(value: unknown): value is DecoratorContext {
  return typeof value === "object" && value !== null && "kind" in value && "addInitializer" in value;
}

/**
 * Makes sure that the decorator called `decorator` stands where it works.
 *
 * @throws {ConfigurationError} If that is not a method.
 */
export function requireMethod({ kind, name }: DecoratorContext, decorator = "@opero"): void {
  if (kind === "method") return;
  throw wrongOption(`decorate ${JSON.stringify(String(name))}`, decorator, { desired: "used on a method" }, kind);
}
