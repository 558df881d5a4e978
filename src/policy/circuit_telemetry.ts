import type { LayerHost } from "../attempt/layer_host.ts";
import type { CircuitState } from "../breaker/breaker_handle.ts";
import type { CircuitChange } from "../breaker/circuit_breaker.ts";
import { toSeconds } from "../time/duration.ts";

const EVENTS = {
  "open": "circuitOpened",
  "half-open": "circuitHalfOpened",
  "closed": "circuitClosed",
  "isolated": "circuitIsolated",
} as const satisfies Record<CircuitState, string>;

const MESSAGES: Readonly<Record<CircuitState, string>> = {
  "open": "circuit breaker opened",
  "half-open": "circuit breaker lets trials through",
  "closed": "circuit breaker closed",
  "isolated": "circuit breaker isolated",
};

/**
 * Tells that a circuit has changed: one event and one line in the log.
 *
 * @param host What the instance provides for the function whose call, or whose handle, changed it.
 * @param change The change, or `undefined` where there was none.
 * @param name The name by which functions share the breaker.
 * @param fallbackIndex The index of the fallback value whose breaker it is.
 */
export function reportChange(
  { telemetry, functionName }: LayerHost,
  change: CircuitChange | undefined,
  name: string | undefined,
  fallbackIndex: number | undefined,
): void {
  if (change === undefined || !telemetry.isOn) return;
  const { state, metrics, openMs } = change;
  const { calls, failures, slowCalls } = metrics;
  const openFor = openMs === undefined ? undefined : toSeconds(openMs);
  const event = { functionName, name, fallbackIndex, calls, failures, slowCalls, openFor };
  telemetry.log(state === "open" || state === "isolated" ? "warning" : "info", MESSAGES[state], event);
  const eventName = EVENTS[state];
  if (telemetry.wants(eventName)) telemetry.emit(eventName, event);
}
