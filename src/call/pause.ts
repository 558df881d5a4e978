import type { Clock } from "../time/clock.ts";
import { type Call, stateOf } from "./call.ts";
import type { WaitReason } from "./call_state.ts";
import { isWaitless } from "./testing_mode.ts";

/** What a wait needs. */
export interface PauseHost {
  /** The only source of time. */
  readonly clock: Clock;
  /** Is notified of how long was waited, in milliseconds. */
  readonly telemetry: { recordWait(call: Call, ms: number): void };
}

/**
 * Waits `ms` on behalf of `call`, which counts as waited and says what for. In a test that asked for that it waits only
 * for what nothing but time brings.
 *
 * @param host What the instance provides for the layers.
 * @param call The call.
 * @param ms How long to wait, in milliseconds.
 * @param reason What the call waits for.
 * @returns A promise that resolves after the wait.
 * @throws {unknown} The reason for which the call was aborted, at once.
 */
export async function pause(host: PauseHost, call: Call, ms: number, reason: WaitReason): Promise<void> {
  const { clock, telemetry } = host;
  const state = stateOf(call);
  const { scope } = state;
  if (scope?.isAborted) throw scope.reason;
  if (reason !== "circuit breaker" && isWaitless()) return;
  const startedMs = clock.now();
  state.waitUntilMs = startedMs + ms;
  state.waitReason = reason;
  await new Promise<void>((resolve, reject) => {
    const timer = clock.setTimer(ms, () => {
      scope?.offAbort(stop);
      resolve();
    });
    const stop = (reason: unknown) => {
      timer.cancel();
      reject(reason);
    };
    scope?.onAbort(stop);
  });
  state.waitUntilMs = 0;
  const waitedMs = clock.now() - startedMs;
  state.waitedMs += waitedMs;
  telemetry.recordWait(call, waitedMs);
  // What woke at the same moment and ran before may have aborted this call.
  if (scope?.isAborted) throw scope.reason;
}
