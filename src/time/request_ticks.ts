import { isRequestBound } from "../runtime/request_bound.ts";
import type { Clock, Timer } from "./clock.ts";

/** How often it is looked again. */
const TICK_MS = 100;

/**
 * Ticks on behalf of a call that waits for what other calls do, where requests own their timers: the request of the call
 * is alive by its ticks, and `onTick` does what another request may have ended before doing. Elsewhere nothing is set.
 *
 * @param wait What the call waits for, made in its own request; it ticks until then.
 * @param clock The only source of time.
 * @param firstMs When the first tick is due, in milliseconds.
 * @param onTick Called at each tick.
 */
export function tickDuring(wait: Promise<unknown>, clock: Clock, firstMs: number, onTick: () => void): void {
  if (!isRequestBound()) return;
  let timer: Timer | undefined;
  const arm = (ms: number) => {
    timer = clock.setTimer(ms, () => {
      arm(TICK_MS);
      onTick();
    });
  };
  arm(firstMs);
  // Here, as what ends the wait may run in another request.
  const stop = () => timer!.cancel();
  wait.then(stop, stop);
}
