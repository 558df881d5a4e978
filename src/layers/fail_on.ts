import { ResultError } from "../errors/result_error.ts";
import { type RetryContext, retryContext } from "../attempt/retry_context.ts";
import { booleanAnswer } from "../options/boolean_answer.ts";
import { dropResponse } from "../call/drop_response.ts";
import { anyFunction } from "../options/validate.ts";
import { type Call, stateOf } from "../call/call.ts";
import type { Layer } from "../call/layer.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import { definePolicy, type Policy } from "../policy/policy.ts";

/** Judges a value; written as a method, so that options for a wider type of values fit, too. */
export type FailurePredicate<Value> = { judge(value: Awaited<Value>, context: RetryContext): boolean }["judge"];

/** Which values count as failures. */
// deno-lint-ignore no-explicit-any -- options that stand on their own have to fit every function
export interface FailOnOptions<Value = any> {
  /**
   * A value for which it is true is a failed attempt, with a `ResultError`: `retryOn`, Retry-After and fallback see it,
   * and it is not cached. `isFailedResponse` is one for `fetch`.
   */
  readonly failOn?: FailurePredicate<Value> | undefined;
}

/** Which values are failed attempts. */
export const failOnPolicy: Policy = definePolicy<FailOnOptions>({
  name: "failOn",
  rules: { failOn: anyFunction },
  defaults: {},
  resolve: ({ failOn }, host) => failOn === undefined ? undefined : failOnLayer(failOn, host),
});

/**
 * Makes a failure of a value that `failOn` refuses.
 *
 * - Success: the value, where `failOn` answers false.
 * - Failure: a `ResultError`, else. A `failOn` that throws ends the call with what it threw.
 *
 * It stands around the function and its limit of time, so that it is not asked about what comes late, and within all
 * others, so that they see a failed attempt.
 *
 * @param failOn The user's predicate.
 * @param host What the instance provides for the layers.
 * @returns The layer.
 */
export function failOnLayer(failOn: NonNullable<FailOnOptions["failOn"]>, host: LayerHost): Layer {
  function judge(call: Call, value: unknown): unknown {
    if (isRefused(call, value)) throw new ResultError(host.functionName, value);
    return value;
  }

  function isRefused(call: Call, value: unknown): boolean {
    try {
      return booleanAnswer(host.functionName, "failOn", failOn(value, retryContext(call, host.random)));
    } catch (error) {
      stateOf(call).isFinal = true;
      dropResponse(value);
      throw error;
    }
  }

  return (next) => (call) => next(call).then((value) => judge(call, value));
}
