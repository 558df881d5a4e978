import type { AsyncFunction } from "../engine/wrapped.ts";
import type { ExtraPolicyName, LightOptions } from "./light_options.ts";
import type { LightWrapped } from "./light_wrapped.ts";

/** Applies a set of options to a function, plainly or as a decorator of a method. */
export interface LightWrapper<Names extends ExtraPolicyName = never> {
  /** Decorates an async method where TypeScript's `experimentalDecorators` are on. */
  <F extends AsyncFunction>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): TypedPropertyDescriptor<F>;
  /** Wraps an async function: its type stays as it is. */
  <F extends AsyncFunction>(fn: F, context?: ClassMethodDecoratorContext): LightWrapped<F, Names>;
  /** Wraps a sync function: its result becomes a promise. */
  <This, Args extends unknown[], R>(
    fn: (this: This, ...args: Args) => R,
    context?: ClassMethodDecoratorContext,
  ): LightWrapped<(this: This, ...args: Args) => Promise<Awaited<R>>, Names>;
}

/**
 * The `opero` of the light door, which has the options for every day and those of the policies `Names`:
 * `opero(fn, options)`, `opero(options)(fn)` or `@opero(options)` on a method.
 */
export interface LightOpero<Names extends ExtraPolicyName = never> {
  /** Decorates an async method where TypeScript's `experimentalDecorators` are on. */
  <F extends AsyncFunction>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): TypedPropertyDescriptor<F>;
  /** Decorates an async method with the defaults. */
  <F extends AsyncFunction>(fn: F, context: ClassMethodDecoratorContext): LightWrapped<F, Names>;
  /** Wraps an async function: its type stays as it is. */
  <F extends AsyncFunction>(
    fn: F,
    options?: LightOptions<Parameters<NoInfer<F>>, Awaited<ReturnType<NoInfer<F>>>, Names>,
  ): LightWrapped<F, Names>;
  /** Wraps a sync function: its result becomes a promise. */
  <This, Args extends unknown[], R>(
    fn: (this: This, ...args: Args) => R,
    options?: LightOptions<Args, Awaited<NoInfer<R>>, Names>,
  ): LightWrapped<(this: This, ...args: Args) => Promise<Awaited<R>>, Names>;
  /** Takes the options first, for several functions or as a decorator. */
  // deno-lint-ignore no-explicit-any -- the functions that the options will meet are not known yet
  (options?: LightOptions<any, any, Names>): LightWrapper<Names>;
}
