/** Whether a call has an instance, or a class for a static method: a plain call has no `this`, or the global one. */
export function isInstance(self: unknown): self is object {
  return (typeof self === "object" || typeof self === "function") && self !== null && self !== globalThis;
}

const instanceNumbers = new WeakMap<object, number>();
let lastInstanceNumber = 0;

/** A number that tells `instance` from every other in this process. */
export function instanceNumber(instance: object): number {
  let number = instanceNumbers.get(instance);
  if (number === undefined) {
    number = ++lastInstanceNumber;
    instanceNumbers.set(instance, number);
  }
  return number;
}
