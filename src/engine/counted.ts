import type { Layer } from "../call/layer.ts";
import type { CallTally } from "../telemetry/call_tally.ts";
import type { Clock } from "../time/clock.ts";

/**
 * Counts all calls, and how long they took. The time is read once a turn of the event loop, as a reading costs more than
 * all else here: a call is off by the turn in which it began at most. So the calls of a turn share what counts them.
 *
 * @param tally Where calls are counted.
 * @param clock The only source of time.
 * @returns The outermost layer.
 */
export function counted(tally: CallTally, clock: Clock): Layer {
  const now = clock.coarseNow === undefined ? () => clock.now() : () => clock.coarseNow!();
  let latestMs: number | undefined;
  let onValue: (value: unknown) => unknown;
  let onError: (error: unknown) => never;
  const beginTurn = (startedMs: number) => {
    latestMs = startedMs;
    onValue = (value) => {
      tally.succeed(now() - startedMs);
      return value;
    };
    onError = (error) => {
      tally.fail(now() - startedMs, error);
      throw error;
    };
  };
  return (next) => (call) => {
    tally.begin();
    const nowMs = now();
    if (nowMs !== latestMs) beginTurn(nowMs);
    // Others may begin within the call.
    const [success, failure] = [onValue, onError];
    return next(call).then(success, failure);
  };
}
