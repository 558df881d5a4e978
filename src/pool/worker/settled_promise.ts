/** The promises' own `then`, which the code of an item may have replaced. */
export const whenSettled: typeof Promise.prototype.then = Promise.prototype.then;

/**
 * A promise for what `result` becomes, if it is not there yet. A promise settles once, whatever a thenable does: one
 * that calls back twice, answers another thenable, or throws after all.
 *
 * @param result What the function returned.
 * @returns The promise, or `undefined` for a value.
 * @throws {unknown} What is thrown when `result` is asked whether it has a `then`.
 */
export function promiseOf(result: unknown): Promise<unknown> | undefined {
  if ((typeof result !== "object" || result === null) && typeof result !== "function") return undefined;
  if (isPlainPromise(result)) return result;
  const then: unknown = Reflect.get(result, "then");
  if (typeof then !== "function") return undefined;
  return new Promise((resolve, reject) => void then.call(result, resolve, reject));
}

function isPlainPromise(value: object): value is Promise<unknown> {
  return Object.getPrototypeOf(value) === Promise.prototype && !Object.hasOwn(value, "then");
}
