import type { Layer } from "../call/layer.ts";

/**
 * Makes each attempt known to what watches the call. It stands around what is asked of a value and the timeout, so that an
 * attempt ends with its outcome; only calls that are watched run through it.
 *
 * @param next Runs the attempt.
 * @returns The handler.
 */
export const tracedAttempt: Layer = (next) => (call) => {
  const watcher = call.state?.watcher;
  if (watcher === undefined) return next(call);
  return watcher.runAttempt(() => next(call), () => ({
    "opero.attempt": call.attemptNumber,
    "opero.retry": call.state?.retry ?? 0,
    ...call.state?.fallbackIndex === undefined ? {} : { "opero.fallback_index": call.state.fallbackIndex },
  }));
};
