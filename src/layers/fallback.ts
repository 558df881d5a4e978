import { AllFailedError } from "../errors.ts";
import { anyValue, type OptionRules } from "../internal/validate.ts";
import type { Layer } from "../layer.ts";

/** What a call answers in place of throwing `AllFailedError`. */
export interface FallbackOptions<Args extends readonly unknown[] = readonly never[], Value = unknown> {
  /** A value, or a function of the error and the call's arguments that answers one. `undefined` is "not set". */
  readonly fallback?: Value | ((error: AllFailedError, ...args: Args) => Value | Promise<Value>) | undefined;
}

/** What the options may be. */
export const FALLBACK_RULES: OptionRules = { fallback: anyValue };

/**
 * Answers with `fallback` where the call would reject with an `AllFailedError`. Any other error is
 * thrown on. It stands around the cache, so what it answers is not kept.
 */
export function fallbackLayer(fallback: unknown): Layer {
  return (next) => (call) =>
    next(call).then(undefined, (error) => {
      if (!(error instanceof AllFailedError)) throw error;
      return typeof fallback === "function" ? fallback.call(call.self, error, ...call.args) : fallback;
    });
}
