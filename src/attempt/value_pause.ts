import { type Call, stateOf } from "../call/call.ts";
import { pause } from "../call/pause.ts";
import type { LayerHost } from "./layer_host.ts";

/**
 * The wait between two fallback values.
 *
 * @param call The call.
 * @param delayMs How long, in milliseconds.
 * @param host What the instance provides for the layers.
 * @returns A promise to wait for, or `undefined` where there is nothing to wait for.
 * @throws {AllFailedError} If the deadline comes first.
 */
export function pauseBetweenValues(call: Call, delayMs: number, host: LayerHost): Promise<void> | undefined {
  if (delayMs === 0) return undefined;
  if (host.clock.now() + delayMs >= stateOf(call).deadlineAtMs) throw host.failures.allFailed(call, "deadline");
  return pause(host, call, delayMs, "next fallback value");
}
