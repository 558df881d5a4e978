import type { Call } from "../call/call.ts";
import type { CallState } from "../call/call_state.ts";
import type { ProgressWait } from "../progress/progress.ts";
import { toSeconds } from "../time/duration.ts";
import { stateOfRun } from "./item_outcome.ts";

/**
 * What all items that run wait for.
 *
 * @param running the calls of the items; a place where none runs is empty
 * @param nowMs the monotonic time, in milliseconds
 * @returns the wait that ends first, or `undefined` where an item does not wait, or none runs
 */
export function firstWait(running: readonly (Call | undefined)[], nowMs: number): ProgressWait | undefined {
  let first: CallState | undefined;
  for (const call of running) {
    if (call === undefined) continue;
    const state = stateOfRun(call);
    if (state === undefined || state.waitUntilMs === 0) return undefined;
    // One whose wait is over is about to start.
    if (state.waitUntilMs <= nowMs) return undefined;
    if (first === undefined || state.waitUntilMs < first.waitUntilMs) first = state;
  }
  if (first === undefined) return undefined;
  return { seconds: toSeconds(first.waitUntilMs - nowMs), reason: first.waitReason };
}
