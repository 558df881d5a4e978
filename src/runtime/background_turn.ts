import { setHousekeepingTimer } from "./housekeeping_timer.ts";
import { runtimeImmediate } from "./immediate.ts";

/** The turn comes after this time where the loop is idle, in milliseconds. */
const IDLE_TURN_MS = 1;

const setImmediate = runtimeImmediate();

/**
 * Resolves in the next turn of the event loop; it keeps no process alive where the runtime allows that.
 *
 * @returns A promise that resolves in the next turn.
 */
export function backgroundTurn(): Promise<void> {
  return new Promise((resolve) => {
    const handle = setImmediate?.(resolve);
    if (typeof handle === "object") handle.unref?.();
    // A loop that is idle waits for a timer, and until then calls no immediate that keeps no process alive. It is not
    // cancelled: what cancels timers may be another by then, that of a test which fakes them.
    setHousekeepingTimer(IDLE_TURN_MS, resolve);
  });
}
