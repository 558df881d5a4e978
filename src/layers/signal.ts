import { abortReason } from "../errors/abort_reason.ts";
import { AbortScope } from "../call/abort_scope.ts";
import { dropResponse } from "../call/drop_response.ts";
import { followSignal, unfollowSignal } from "../call/follow_signal.ts";
import { interruptible } from "../call/interruptible.ts";
import { abortSignal, type OptionRules } from "../options/validate.ts";
import { stateOf } from "../call/call.ts";
import type { Layer } from "../call/layer.ts";

/** How calls are called off. */
export interface SignalOptions {
  /** Aborts every call: each wait ends at once, and the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What the options may be. */
export const SIGNAL_RULES: OptionRules = { signal: abortSignal };

/**
 * Follows the `signal` of the options and the one of `fn.with({ signal })`. It is the outermost of
 * the layers that run: an aborted call does not even look into the cache, and rejects with the
 * signal's reason as it is. Nothing is left on the signal once the call is done.
 */
export function signalLayer(signal: AbortSignal | undefined): Layer {
  return (next) => (call) => {
    const own = call.state?.signal;
    if (signal === undefined && own === undefined) return next(call);
    if (signal?.aborted) return Promise.reject(abortReason(signal));
    if (own?.aborted) return Promise.reject(abortReason(own));
    // Its own: the calls of a map share a scope, but the map follows the signals in their place.
    const scope = stateOf(call).scope ??= new AbortScope();
    if (signal !== undefined) followSignal(signal, scope);
    if (own !== undefined) followSignal(own, scope);
    return next(call).then(
      (value) => {
        if (signal !== undefined) unfollowSignal(signal, scope);
        if (own !== undefined) unfollowSignal(own, scope);
        return value;
      },
      (error) => {
        if (signal !== undefined) unfollowSignal(signal, scope);
        if (own !== undefined) unfollowSignal(own, scope);
        throw error;
      },
    );
  };
}

/**
 * Ends the running attempt once the call is called off, by a signal or by the deadline: the signal
 * of the attempt aborts, and what the function answers later no longer counts. It is the innermost layer.
 */
export function interruptLayer(): Layer {
  return (next) => (call) => {
    const scope = call.state?.scope;
    if (scope === undefined) return next(call);
    if (scope.isAborted) return Promise.reject(scope.reason);
    return interruptible(
      () => next(call),
      (stop) => {
        scope.onAbort(stop);
        return () => scope.offAbort(stop);
      },
      (reason) => call.attempt?.abort(reason),
      dropResponse,
    );
  };
}
