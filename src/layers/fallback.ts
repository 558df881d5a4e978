import { AllFailedError } from "../errors.ts";
import { anyValue, type OptionRules } from "../internal/validate.ts";
import { interruptible } from "../internal/interruptible.ts";
import type { Call, Layer } from "../layer.ts";

/** What a call answers in place of throwing `AllFailedError`. */
// deno-lint-ignore no-explicit-any -- options that stand on their own have to fit every function
export interface FallbackOptions<Args extends readonly unknown[] = any[], Value = any> {
  /** A value, or a function of the error and the call's arguments that answers one. `undefined` is "not set". */
  readonly fallback?: Value | ((error: AllFailedError, ...args: Args) => Value | Promise<Value>) | undefined;
}

/** What the options may be. */
export const FALLBACK_RULES: OptionRules = { fallback: anyValue };

/**
 * Answers with `fallback` where the call would reject with an `AllFailedError`. Any other error is
 * thrown on. It stands around the cache, so what it answers is not kept, and within the signal, so an
 * abort ends the wait for what it answers, too.
 */
export function fallbackLayer(fallback: unknown): Layer {
  function answer(call: Call, error: AllFailedError): unknown {
    return typeof fallback === "function" ? fallback.call(call.self, error, ...call.args) : fallback;
  }

  return (next) => (call) => {
    // The deadline puts a scope of its own in place of the signal's, and it has come when this runs.
    const scope = call.state?.scope;
    return next(call).then(undefined, (error) => {
      if (!(error instanceof AllFailedError)) throw error;
      // What it throws at once is thrown here, not in a promise that nobody listens to yet.
      const value = answer(call, error);
      return scope === undefined ? waitFor(value) : interruptible(() => waitFor(value), (stop) => scope.onAbort(stop));
    });
  };
}

/** Waits for what may have rejected already. */
async function waitFor(value: unknown): Promise<unknown> {
  return await value;
}
