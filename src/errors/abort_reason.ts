/**
 * Why `signal` aborted; an `AbortError` where it does not say, as the signals of older platforms and polyfills do not.
 *
 * @param signal An aborted signal.
 * @returns The reason.
 */
export function abortReason(signal: AbortSignal): unknown {
  const { reason } = signal;
  return reason === undefined ? abortError("The call was aborted") : reason;
}

/**
 * An `AbortError`, on platforms without a `DOMException` too.
 *
 * @param message What was aborted.
 * @returns The error.
 */
export function abortError(message: string): Error {
  if (typeof DOMException === "function") return new DOMException(message, "AbortError");
  return Object.assign(new Error(message), { name: "AbortError" });
}
