import { type Duration, parseDuration } from "../time/duration.ts";
import { formatDuration } from "../errors/format_duration.ts";
import { TimeoutError } from "../errors/timeout_error.ts";
import { AbortScope } from "../call/abort_scope.ts";
import { positiveDuration } from "../options/validate.ts";
import { stateOf } from "../call/call.ts";
import type { Layer } from "../call/layer.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import { definePolicy, type Policy } from "../policy/policy.ts";

/** How long a whole call may take. */
export interface DeadlineOptions {
  /** The limit of the whole call, waits and retries included. A wait that would pass it fails at once. */
  readonly deadline?: Duration | undefined;
}

/** The limit of the whole call. */
export const deadlinePolicy: Policy = definePolicy<DeadlineOptions>({
  name: "deadline",
  rules: { deadline: positiveDuration },
  defaults: {},
  callRules: { deadline: positiveDuration },
  resolve: (options, host) => {
    const deadlineMs = parseDuration(options.deadline);
    return {
      plain: deadlineMs === undefined ? undefined : deadlineLayer(deadlineMs, host),
      limited: () => deadlineLayer(deadlineMs, host),
    };
  },
});

/**
 * Gives the whole call a limit of `deadlineMs`, or the one of `fn.with({ deadline })`.
 *
 * - Success within the limit: its value.
 * - Past the limit: every wait and the running attempt end at once, and the call rejects with an
 *   `AllFailedError` of reason `"deadline"`. The layers within look at `deadlineAtMs` before they
 *   wait, so a wait that would pass it is not begun.
 *
 * It stands around the retries and within the cache: a hit is never late.
 *
 * @param deadlineMs The limit for the call, in milliseconds; `undefined` for none.
 * @param host What the instance provides for the layers.
 * @returns The layer.
 */
export function deadlineLayer(deadlineMs: number | undefined, host: LayerHost): Layer {
  return (next) => (call) => {
    const limitMs = call.state?.limits?.deadlineMs ?? deadlineMs;
    if (limitMs === undefined) return next(call);
    const state = stateOf(call);
    const outer = state.scope;
    const scope = new AbortScope();
    // A scope of its own: the one around it may be shared with other calls, which this deadline does not concern.
    const follow = outer === undefined ? undefined : (reason: unknown) => scope.abort(reason);
    if (follow !== undefined) outer!.onAbort(follow);
    state.scope = scope;
    let expiry: TimeoutError | undefined;
    state.deadlineAtMs = host.clock.now() + limitMs;
    const timer = host.clock.setTimer(limitMs, () => {
      const name = JSON.stringify(host.functionName);
      expiry = new TimeoutError(`The deadline of ${name} came after ${formatDuration(limitMs)}`, limitMs);
      scope.abort(expiry);
    });
    return next(call).then(
      (value) => {
        timer.cancel();
        if (follow !== undefined) outer!.offAbort(follow);
        return value;
      },
      (error) => {
        timer.cancel();
        if (follow !== undefined) outer!.offAbort(follow);
        throw expiry !== undefined && scope.reason === expiry ? host.failures.allFailed(call, "deadline") : error;
      },
    );
  };
}
