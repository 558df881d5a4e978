import { abortReason } from "../errors/abort_reason.ts";
import { AbortScope } from "../call/abort_scope.ts";
import { followSignal, unfollowSignal } from "../call/follow_signal.ts";
import { hidden } from "../options/hidden_value.ts";
import { abortSignal } from "../options/validate.ts";
import { stateOf } from "../call/call.ts";
import type { Layer } from "../call/layer.ts";
import { definePolicy, type Policy } from "../policy/policy.ts";

/** How calls are aborted. */
export interface SignalOptions {
  /** Aborts every call: each wait ends at once, and the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The abort of the whole call. */
export const signalPolicy: Policy = definePolicy<SignalOptions>({
  name: "signal",
  rules: { signal: abortSignal },
  defaults: {},
  callRules: { signal: abortSignal },
  show: { signal: () => hidden() },
  resolve: ({ signal }) => ({
    plain: signal === undefined ? undefined : signalLayer(signal),
    limited: () => signalLayer(signal),
  }),
});

/**
 * Follows the `signal` of the options and the one of `fn.with({ signal })`. It is the outermost of
 * the layers that run: an aborted call does not even look into the cache, and rejects with the
 * signal's reason as it is. Nothing is left on the signal once the call is done.
 *
 * @param signal The option as the user gave it.
 * @returns The layer.
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
