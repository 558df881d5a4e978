import { type Duration, formatDuration } from "../duration.ts";
import { TimeoutError } from "../errors.ts";
import { interruptible } from "../internal/interruptible.ts";
import { type OptionRules, positiveDuration } from "../internal/validate.ts";
import type { Layer } from "../layer.ts";
import type { LayerHost } from "../layer_host.ts";

/** How long one attempt may take. */
export interface TimeoutOptions {
  /** The limit of each attempt. It fails with a `TimeoutError`, after which another may be made. */
  readonly timeout?: Duration | undefined;
}

/** What the options may be. */
export const TIMEOUT_RULES: OptionRules = { timeout: positiveDuration };

/**
 * Gives each attempt a limit of `timeoutMs`, or the one of `fn.with({ timeout })`.
 *
 * - Success within the limit: its value; the signal of the attempt is not aborted.
 * - Past the limit: a `TimeoutError`; the signal of the attempt aborts with it, and what the
 *   function answers later no longer counts.
 *
 * It stands within the rate limit, so waiting for a token does not use it up.
 */
export function timeoutLayer(timeoutMs: number | undefined, host: LayerHost): Layer {
  return (next) => (call) => {
    const limitMs = call.state?.limits?.timeoutMs ?? timeoutMs;
    if (limitMs === undefined) return next(call);
    return interruptible(() => next(call), (stop) => {
      const timer = host.clock.setTimer(limitMs, () => {
        const name = JSON.stringify(host.functionName);
        const error = new TimeoutError(`An attempt of ${name} took longer than ${formatDuration(limitMs)}`, limitMs);
        call.attempt?.abort(error);
        stop(error);
      });
      return () => timer.cancel();
    });
  };
}
