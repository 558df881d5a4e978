import { dropResponse } from "../call/drop_response.ts";
import { interruptible } from "../call/interruptible.ts";
import type { Layer } from "../call/layer.ts";
import { definePolicy, type Policy } from "../policy/policy.ts";
import type { Duration } from "../time/duration.ts";

/** What an attempt is ended by. */
interface Others {
  readonly signal?: AbortSignal | undefined;
  readonly deadline?: Duration | undefined;
}

/** The end of an attempt whose call is aborted. It has no options of its own. */
export const interruptPolicy: Policy = definePolicy<object, never, Others>({
  name: "interrupt",
  rules: {},
  defaults: {},
  resolve: ({ signal, deadline }) => ({
    plain: signal === undefined && deadline === undefined ? undefined : interruptLayer(),
    limited: interruptLayer,
  }),
});

/**
 * Ends the running attempt once the call is aborted, by a signal or by the deadline: the signal
 * of the attempt aborts, and what the function answers later no longer counts. It is the innermost layer.
 *
 * @returns The layer.
 */
export function interruptLayer(): Layer {
  return (next) => (call) => {
    const scope = call.ownScope ?? call.state?.scope;
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
