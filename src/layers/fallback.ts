import { AllFailedError } from "../errors/all_failed_error.ts";
import { hidden } from "../options/hidden_value.ts";
import { anyValue } from "../options/validate.ts";
import type { AbortScope } from "../call/abort_scope.ts";
import { dropResponse } from "../call/drop_response.ts";
import { interruptible } from "../call/interruptible.ts";
import { type Call, stateOf } from "../call/call.ts";
import type { Layer } from "../call/layer.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import { definePolicy, type Policy } from "../policy/policy.ts";
import type { Duration } from "../time/duration.ts";

/** What a call answers in place of throwing `AllFailedError`. */
// deno-lint-ignore no-explicit-any -- options that stand on their own have to fit every function
export interface FallbackOptions<Args extends readonly unknown[] = any[], Value = any> {
  /**
   * A value, or a function of the error and the call's arguments that answers one, in place of an `AllFailedError`. It
   * also takes the place of a `CircuitOpenError` and of an `OverloadError`: the function is given an `AllFailedError`
   * without attempts then, whose `cause` that is. `undefined` is "not set". A function
   * that is not done by the deadline, or a second after it began where that is later, is left behind: the
   * `AllFailedError` comes out.
   */
  readonly fallback?: Value | ((error: AllFailedError, ...args: Args) => Value | Promise<Value>) | undefined;
}

/** What the cache and the deadline are to the fallback value. */
interface Others {
  readonly cache: boolean;
  readonly deadline?: Duration | undefined;
}

/** A value in place of an `AllFailedError`. */
export const fallbackPolicy: Policy = definePolicy<FallbackOptions, never, Others>({
  name: "fallback",
  rules: { fallback: anyValue },
  defaults: {},
  show: { fallback: (value) => typeof value === "function" ? value : hidden() },
  resolve: ({ fallback, cache, deadline }, host) =>
    fallback === undefined ? undefined : fallbackLayer(fallback, host, cache && deadline !== undefined),
});

/** How long a fallback may take where the deadline has already passed. */
const LEAST_MS = 1_000;

/**
 * Answers with `fallback` where the call would reject with an `AllFailedError`, or with the error of an open circuit or
 * of an overload; a function is given an `AllFailedError` in either case, whose `cause` that is. Any other error is
 * rethrown. It stands around the cache, so what it answers is not kept, and within the signal, so an
 * abort ends the wait for what it answers, too. The deadline bounds that wait, which ends with the
 * `AllFailedError`; a deadline that has come leaves it a second. `hasSharedDeadline` says that the
 * cache may let several calls share a run with a deadline.
 *
 * @param fallback The value, or a function that returns it.
 * @param host What the instance provides for the layers.
 * @param hasSharedDeadline Whether the deadline may also come from `fn.with()`.
 * @returns The layer.
 */
export function fallbackLayer(fallback: unknown, host: LayerHost, hasSharedDeadline: boolean): Layer {
  const { clock } = host;

  function answer(call: Call, error: AllFailedError): unknown {
    return typeof fallback === "function" ? fallback.call(call.self, error, ...call.args) : fallback;
  }

  function waitFor(call: Call, scope: AbortScope | undefined, value: unknown, error: Error): Promise<unknown> {
    // The deadline is that of the call which ran, where the cache let several share one.
    const { deadlineAtMs = Infinity } = (call.state?.servedBy ?? call).state ?? {};
    if (scope === undefined && deadlineAtMs === Infinity) return settled(value);
    const arm = (stop: (reason: unknown) => void) => {
      scope?.onAbort(stop);
      const limitMs = Math.max(LEAST_MS, deadlineAtMs - clock.now());
      const timer = limitMs === Infinity ? undefined : clock.setTimer(limitMs, () => stop(error));
      return () => {
        scope?.offAbort(stop);
        timer?.cancel();
      };
    };
    return interruptible(() => settled(value), arm, undefined, dropResponse);
  }

  return (next) => (call) => {
    // Only a call that has a state comes to know by which other it was served.
    if (hasSharedDeadline) stateOf(call);
    // The deadline puts a scope of its own in place of the signal's, and it has come when this runs.
    const scope = call.state?.scope;
    return next(call).then(undefined, (error) => {
      if (!host.failures.isReplaceable(error)) throw error;
      const failed = error instanceof AllFailedError ? error : host.failures.allFailed(call, "attempts", error);
      // What it throws at once is thrown here, not in a promise without a listener yet.
      return waitFor(call, scope, answer(call, failed), error);
    });
  };
}

/** Waits for what may have rejected already. */
async function settled(value: unknown): Promise<unknown> {
  return await value;
}
