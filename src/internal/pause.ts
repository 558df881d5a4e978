import type { Clock } from "../clock.ts";
import { type Call, stateOf } from "../layer.ts";

/**
 * Waits `ms` on behalf of `call`, which counts as waited.
 *
 * @throws {unknown} The reason for which the call was called off, at once.
 */
export function pause(clock: Clock, call: Call, ms: number): Promise<void> {
  const state = stateOf(call);
  const { scope } = state;
  if (scope?.isAborted) return Promise.reject(scope.reason);
  const startedMs = clock.now();
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(ms, () => {
      stopListening?.();
      state.waitedMs += clock.now() - startedMs;
      resolve();
    });
    const stopListening = scope?.onAbort((reason) => {
      timer.cancel();
      reject(reason);
    });
  });
}
