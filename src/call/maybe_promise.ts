/** A value, or a promise of it. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * Whether `value` is a promise, of whatever make.
 *
 * @param value The value.
 * @returns `true` for a promise.
 */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> & Promise<T> {
  return (typeof value === "object" || typeof value === "function") && value !== null &&
    typeof (value as { then?: unknown }).then === "function";
}

/**
 * Continues with a value at once, or with that of a promise once it is there. No name for it is `then`: a module that exports
 * one is taken for a promise where it is imported by `import()`.
 *
 * @param value A value, or a promise of it.
 * @param onValue Is given the value; what it throws is thrown, or rejects.
 * @param onError Is given what a promise rejects with.
 * @returns What the callback has answered, as a promise where `value` is one.
 */
export function whenReady<T, R>(
  value: MaybePromise<T>,
  onValue: (value: T) => MaybePromise<R>,
  onError?: (error: unknown) => MaybePromise<R>,
): MaybePromise<R> {
  return isPromise(value) ? Promise.resolve(value).then(onValue, onError) : onValue(value);
}

/**
 * {@link whenReady} of what `act` answers, where `act` may also throw.
 *
 * @param act What is done now; it may throw, reject, or answer without a promise.
 * @param onValue Gets the value; what this throws is not given to `onError`.
 * @param onError Is given what `act` threw or rejected with.
 * @returns What the callback has answered, as a promise where `act` answers one.
 */
export function whenDone<T, R>(
  act: () => MaybePromise<T>,
  onValue: (value: T) => MaybePromise<R>,
  onError: (error: unknown) => MaybePromise<R>,
): MaybePromise<R> {
  let acting: MaybePromise<T>;
  try {
    acting = act();
  } catch (error) {
    return onError(error);
  }
  return whenReady(acting, onValue, onError);
}
