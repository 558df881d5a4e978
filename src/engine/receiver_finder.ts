import { instanceOf, type ReceiverOf } from "../cache/key/instance.ts";
import { isPlainPrototype } from "../cache/key/realm.ts";
import { isWrapper } from "../call/ensure_async.ts";
import { readCallable, sourceOf } from "../function_source/callable_source.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import type { AnyFunction } from "./wrapped.ts";

/**
 * Finds the instance that `fn` is called on, where it is a method: an arrow function never sees who it is called on.
 *
 * @param fn The user's function.
 * @param layerHost The host of the layers.
 * @returns Finds the instance of a call, or `undefined` for a plain call.
 */
export function receiverFinder(fn: AnyFunction, { telemetry, functionName }: LayerHost): ReceiverOf {
  const source = sourceOf(fn) ?? "";
  if (isArrow(fn, source)) return () => undefined;
  let isWarned = !/\bthis\b/.test(source);
  return (self) => {
    const instance = instanceOf(self);
    if (instance !== undefined || isWarned || !holdsData(self)) return instance;
    isWarned = true;
    telemetry.warnOnce(
      "receiver",
      functionName,
      `${
        JSON.stringify(functionName)
      } uses 'this', but an object literal it is called on is no part of its cache key: ` +
        "make the key of what counts by 'cacheKey', or use a class",
    );
    return undefined;
  };
}

function isArrow(fn: AnyFunction, source: string): boolean {
  if (isWrapper(fn) || readCallable(source)?.form !== "expression") return false;
  // A word in a comment makes it none, which costs a hit and no more.
  return !/\bfunction\b/.test(source.slice(0, source.indexOf("(") + 1 || undefined));
}

/** Whether `self` is a literal with more in it than functions. */
function holdsData(self: unknown): boolean {
  if (typeof self !== "object" || self === null || self === globalThis) return false;
  return isPlainPrototype(Object.getPrototypeOf(self)) && Object.getOwnPropertySymbols(self).length === 0 &&
    Object.values(self).some((value) => typeof value !== "function");
}
