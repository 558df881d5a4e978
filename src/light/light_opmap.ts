import type { AnyFunction } from "../engine/wrapped.ts";
import type { OnError } from "../map/opmap_options.ts";
import type { ExtraPolicyName, LightMapOptions } from "./light_options.ts";
import type { LightMapped } from "./light_wrapped.ts";

/** Applies a set of options to a function of one item, plainly or as a decorator of a method. */
export interface LightMapWrapper<Errors extends OnError, Names extends ExtraPolicyName = never> {
  /** Decorates a method. It then takes many items, which no type of a decorator can say. */
  // deno-lint-ignore no-explicit-any -- a decorator may not change the type of a method
  (fn: AnyFunction, context: ClassMethodDecoratorContext): any;
  /** Makes `fn` a function over many items. */
  <This, Item, R>(fn: (this: This, item: Item) => R): LightMapped<This, Item, Awaited<R>, Errors, Names>;
}

/**
 * The `opmap` of the light door, whose items run on this thread: `opmap(fn, options)`, `opmap(options)(fn)` or
 * `@opmap(options)`.
 */
export interface LightOpmap<Names extends ExtraPolicyName = never> {
  /** Decorates a method with the defaults. */
  // deno-lint-ignore no-explicit-any -- a decorator may not change the type of a method
  (fn: AnyFunction, context: ClassMethodDecoratorContext): any;
  /** Makes `fn` a function over many items. */
  <This, Item, R, Errors extends OnError = "throw">(
    fn: (this: This, item: Item) => R,
    options?: LightMapOptions<Item, Awaited<NoInfer<R>>, Errors, Names>,
  ): LightMapped<This, Item, Awaited<R>, Errors, Names>;
  /** Takes the options first, for several functions or as a decorator. */
  // deno-lint-ignore no-explicit-any -- the functions that the options will meet are not known yet
  <Errors extends OnError = "throw">(options?: LightMapOptions<any, any, Errors, Names>): LightMapWrapper<
    Errors,
    Names
  >;
}
