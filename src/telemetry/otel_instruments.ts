import { reportSafely } from "../runtime/report_safely.ts";
import type { WatchedFields } from "../call/call_watcher.ts";
import type { OtelApi, OtelInstrument, OtelMeter, OtelTracer } from "./open_telemetry.ts";

/** What spans and metrics are said to come from. */
const SCOPE = "@opero/core";

/** What is counted and measured. */
interface Instruments {
  readonly calls: OtelInstrument;
  readonly attempts: OtelInstrument;
  readonly cache: OtelInstrument;
  readonly wait: OtelInstrument;
}

/** What was made for the provider that is registered; another one gets its own. */
let tracing: { readonly from: unknown; readonly tracer: OtelTracer } | undefined;
let metering: { readonly from: unknown; readonly instruments: Instruments } | undefined;

/**
 * The tracer of the library.
 *
 * @param api What is registered.
 * @returns The tracer, or `undefined` where tracing is off.
 */
export function tracerOf({ trace }: OtelApi): OtelTracer | undefined {
  if (trace === undefined) return undefined;
  if (tracing?.from !== trace) tracing = { from: trace, tracer: trace.getTracer(SCOPE) };
  return tracing.tracer;
}

/**
 * Adds `value` to the metric `opero.<name>`, where metrics are on.
 *
 * @param api What is registered.
 * @param name Which of the metrics.
 * @param value A count; of `wait` a time in seconds.
 * @param attributes What distinguishes it.
 */
export function measure(
  api: OtelApi | undefined,
  name: keyof Instruments,
  value: number,
  attributes: WatchedFields,
): void {
  const metrics = api?.metrics;
  if (metrics === undefined) return;
  reportSafely(() => {
    if (metering?.from !== metrics) metering = { from: metrics, instruments: instrumentsOf(metrics.getMeter(SCOPE)) };
    const instrument = metering.instruments[name];
    return name === "wait" ? instrument.record(value, attributes) : instrument.add(value, attributes);
  });
}

function instrumentsOf(meter: OtelMeter): Instruments {
  return {
    calls: meter.createCounter("opero.calls", { description: "Calls that have ended" }),
    attempts: meter.createCounter("opero.attempts", { description: "Attempts that have ended" }),
    cache: meter.createCounter("opero.cache", { description: "What the cache did for calls" }),
    wait: meter.createHistogram("opero.wait", { description: "Waits before attempts", unit: "s" }),
  };
}
