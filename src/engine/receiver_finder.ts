import { instanceOf, type ReceiverOf } from "../cache/key/instance.ts";
import { isPlainPrototype } from "../cache/key/realm.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import { isArrow, usesReceiver } from "./uses_receiver.ts";
import type { AnyFunction } from "./wrapped.ts";

/**
 * Finds the instance that `fn` is called on, where it is a method: an arrow function never sees who it is called on.
 *
 * @param fn The user's function.
 * @param layerHost The host of the layers.
 * @returns Finds the instance of a call, or `undefined` for a plain call.
 */
export function receiverFinder(fn: AnyFunction, { telemetry, functionName }: LayerHost): ReceiverOf {
  if (isArrow(fn)) return () => undefined;
  let isWarned = !usesReceiver(fn);
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

/** Whether `self` is a literal with more in it than functions. */
function holdsData(self: unknown): boolean {
  if (typeof self !== "object" || self === null || self === globalThis) return false;
  return isPlainPrototype(Object.getPrototypeOf(self)) && Object.getOwnPropertySymbols(self).length === 0 &&
    Object.values(self).some((value) => typeof value !== "function");
}
