/** What a built-in class is written as, on every engine. */
const NATIVE_CLASS = /^function (\w+)\(\) \{\s*\[native code\]\s*\}$/;

/**
 * The name of the built-in class of the language whose prototype `prototype` is, in this realm or in another one: a frame's, a
 * sandbox's. No look at a name alone: the class must be native, and `prototype` its own.
 *
 * @param prototype The prototype of the object.
 * @returns The name, or `undefined` for any other class.
 */
export function builtInName(prototype: object): string | undefined {
  const constructor = ownValue(prototype, "constructor");
  if (typeof constructor !== "function" || ownValue(constructor, "prototype") !== prototype) return undefined;
  return NATIVE_CLASS.exec(Function.prototype.toString.call(constructor))?.[1];
}

/**
 * The value of the own property `key`, without running a getter.
 *
 * @param object Any object.
 * @param key The name of the property.
 * @returns The value, or `undefined` for a getter or where there is none.
 */
export function ownValue(object: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(object, key)?.value;
}

const foreign = new WeakMap<object, string | undefined>();

/** {@link builtInName}, remembered. */
function nameOf(prototype: object): string | undefined {
  if (!foreign.has(prototype)) foreign.set(prototype, builtInName(prototype));
  return foreign.get(prototype);
}

/**
 * Whether what has `prototype` is a plain object, of this realm or another one.
 *
 * @param prototype The prototype of the object.
 * @returns `true` if it is.
 */
export function isPlainPrototype(prototype: object | null): boolean {
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && nameOf(prototype) === "Object";
}

/**
 * Whether what has `prototype` is an array and of no class made of it, in this realm or another one.
 *
 * @param prototype The prototype of the object.
 * @returns `true` if it is.
 */
export function isArrayPrototype(prototype: object | null): boolean {
  return prototype === Array.prototype || (prototype !== null && nameOf(prototype) === "Array");
}
