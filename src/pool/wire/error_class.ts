/** A class of errors, as `retryOn` names it. */
// deno-lint-ignore no-explicit-any -- a class takes whatever it takes
export type ErrorClass = abstract new (...args: any[]) => Error;
