import { isWrapper } from "../../call/ensure_async.ts";
import { sourceOf } from "../../function_source/callable_source.ts";
import { byValueAlone, serializeArguments } from "./cache_key.ts";
import { checksum } from "../codec/checksum.ts";
import { isPlainPrototype } from "./realm.ts";

/** The object that a call with this `this` is a method's call on, or `undefined` where it is none. */
export type ReceiverOf = (self: unknown) => object | undefined;

/**
 * The instance, or the class for a static method, that a call with `self` as its `this` is made on. A plain call has no `this`, or the
 * global one; and an object literal, the namespace of a module, or a function that is no class holds functions, and is no instance.
 *
 * @param self The `this` of the call.
 * @returns The instance or the class, or `undefined` for a plain call.
 */
export function instanceOf(self: unknown): object | undefined {
  if (self === undefined || self === null || self === globalThis) return undefined;
  if (typeof self === "function") return Object.hasOwn(self, "prototype") ? self : undefined;
  return typeof self === "object" && !isPlainPrototype(Object.getPrototypeOf(self)) ? self : undefined;
}

/**
 * A text for `instance` that outlives the process: its class and its fields. Functions that this library wraps are not among
 * them: those are code, which the identity of each stands for.
 *
 * @param instance An instance of a class, or a class.
 * @returns The text.
 * @throws {ConfigurationError} If its fields do not show its whole state; it points to `cacheKey`.
 */
export function instanceText(instance: object): string {
  if (typeof instance === "function") return classText(instance as { name: string } & (() => unknown));
  return serializeArguments([withoutWrappers(instance)], byValueAlone);
}

function classText(found: { name: string } & (() => unknown)): string {
  return `C${found.name.length}:${found.name}~${checksum(sourceOf(found) ?? "")}`;
}

function withoutWrappers(instance: object): object {
  const entries = Object.entries(instance);
  const data = entries.filter(([, value]) => typeof value !== "function" || !isWrapper(value));
  if (data.length === entries.length) return instance;
  return Object.assign(Object.create(Object.getPrototypeOf(instance)), Object.fromEntries(data));
}
