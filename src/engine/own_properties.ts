import { WRAPPED } from "../call/wrapped_mark.ts";
import type { AnyFunction } from "./wrapped.ts";

/**
 * Makes `wrapper` pass for `fn`: it gets the name and the length, and the function's own properties are read and
 * written through it, with the function as their `this`, those that are added later too. What `wrapper` has itself
 * goes first.
 *
 * @param fn The user's function.
 * @param wrapper The function that runs it.
 * @param name The name that the wrapper gets.
 * @returns `wrapper`.
 */
export function likeOriginal(fn: AnyFunction, wrapper: AnyFunction, name: string = fn.name): AnyFunction {
  Object.defineProperty(wrapper, "name", { value: name, configurable: true });
  Object.defineProperty(wrapper, "length", { value: fn.length, configurable: true });
  Object.setPrototypeOf(wrapper, viewOf(fn));
  return wrapper;
}

const views = new WeakMap<AnyFunction, object>();

/**
 * What stands behind the wrappers of `fn` in the chain of prototypes. Its own prototype is `fn`, so that what walks the
 * chain, as `Reflect.getMetadata` does, comes by. A function that is bound to a wrapper has it, too.
 */
function viewOf(fn: AnyFunction): object {
  const known = views.get(fn);
  if (known !== undefined) return known;
  const view = new Proxy(Object.create(fn), {
    get: (_view, key) => key === WRAPPED ? true : Reflect.get(fn, key),
    set: (_view, key, value) => Reflect.set(fn, key, value),
  });
  views.set(fn, view);
  return view;
}
