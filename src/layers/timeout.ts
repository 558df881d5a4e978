import type { Timer } from "../time/clock.ts";
import { type Duration, parseDuration } from "../time/duration.ts";
import { formatDuration } from "../errors/format_duration.ts";
import { TimeoutError } from "../errors/timeout_error.ts";
import { dropResponse } from "../call/drop_response.ts";
import { positiveDuration } from "../options/validate.ts";
import type { Layer } from "../call/layer.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import { definePolicy, type Policy } from "../policy/policy.ts";

/** How long one attempt may take. */
export interface TimeoutOptions {
  /** The limit of each attempt. It fails with a `TimeoutError`, after which another may be made. */
  readonly timeout?: Duration | undefined;
}

/** The limit of each attempt. */
export const timeoutPolicy: Policy = definePolicy<TimeoutOptions>({
  name: "timeout",
  rules: { timeout: positiveDuration },
  defaults: {},
  callRules: { timeout: positiveDuration },
  resolve: (options, host) => {
    if (host.isRemote) return undefined;
    const timeoutMs = parseDuration(options.timeout);
    return {
      plain: timeoutMs === undefined ? undefined : timeoutLayer(timeoutMs, host),
      limited: () => timeoutLayer(timeoutMs, host),
    };
  },
});

/**
 * Gives each attempt a limit of `timeoutMs`, or the one of `fn.with({ timeout })`.
 *
 * - Success within the limit: its value; the signal of the attempt is not aborted.
 * - Past the limit: a `TimeoutError`; the signal of the attempt aborts with it, and what the
 *   function answers later no longer counts.
 *
 * It stands within the rate limit, so waiting for a token does not use it up.
 *
 * @param timeoutMs The limit for each attempt, in milliseconds; `undefined` for none.
 * @param host What the instance provides for the layers.
 * @returns The layer.
 */
export function timeoutLayer(timeoutMs: number | undefined, host: LayerHost): Layer {
  return (next) => (call) => {
    const limitMs = call.state?.limits?.timeoutMs ?? timeoutMs;
    if (limitMs === undefined) return next(call);
    let timer!: Timer;
    let expiry: TimeoutError | undefined;
    let running!: Promise<unknown>;
    // The handlers are handed over as they are: others around them would hide the caller from the stacks of errors.
    return new Promise<unknown>((resolve, reject) => {
      timer = host.clock.setTimer(limitMs, () => {
        const name = JSON.stringify(host.functionName);
        reject(expiry = new TimeoutError(`An attempt of ${name} took longer than ${formatDuration(limitMs)}`, limitMs));
      });
      running = next(call);
      running.then(resolve, reject);
    }).then(
      (value) => {
        timer.cancel();
        return value;
      },
      (error) => {
        timer.cancel();
        // Here, not in the timer, which runs in the async context of the first caller that set it.
        if (expiry !== undefined && error === expiry) {
          call.attempt?.abort(error);
          running.then(dropResponse, dropResponse);
        }
        throw error;
      },
    );
  };
}
