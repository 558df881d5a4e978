import type { WatchedFields } from "../call/call_watcher.ts";

/** A context of the API: what is known by key, such as the active span. */
export interface OtelContext {
  /** The value of `key`. */
  getValue(key: symbol): unknown;
  /** A context with another value of `key`. */
  setValue(key: symbol, value: unknown): OtelContext;
  /** A context without `key`. */
  deleteValue(key: symbol): OtelContext;
}

/** What of a span is used. */
export interface OtelSpan {
  /** Adds what happened. */
  addEvent(name: string, attributes?: WatchedFields): unknown;
  /** Adds what is known. */
  setAttributes(attributes: WatchedFields): unknown;
  /** Says how it ended: 2 is an error. */
  setStatus(status: { readonly code: number; readonly message?: string }): unknown;
  /** Ends it. */
  end(): void;
}

/** What of a tracer is used. */
export interface OtelTracer {
  /** Begins a span below that of `context`. */
  startSpan(name: string, options: { readonly attributes: WatchedFields }, context?: OtelContext): OtelSpan;
}

/** A counter, or a histogram. */
export interface OtelInstrument {
  /** Counts. */
  add(value: number, attributes: WatchedFields): void;
  /** Records a measured value. */
  record(value: number, attributes: WatchedFields): void;
}

/** What of a meter is used. */
export interface OtelMeter {
  /** Makes a counter. */
  createCounter(name: string, options: { readonly description: string }): OtelInstrument;
  /** Makes a histogram. */
  createHistogram(name: string, options: { readonly description: string; readonly unit: string }): OtelInstrument;
}

/** What the OpenTelemetry API has registered in the process. */
export interface OtelApi {
  /** Makes tracers, where tracing is on. */
  readonly trace?: { getTracer(name: string): OtelTracer };
  /** Makes meters, where metrics are on. */
  readonly metrics?: { getMeter(name: string): OtelMeter };
  /** Follows calls through what they await, where there is something that can. */
  readonly context?: {
    active(): OtelContext;
    with<R>(context: OtelContext, fn: () => R): R;
  };
}

/** Where the OpenTelemetry API of the major version 1 registers what is there. */
export const OTEL_API: unique symbol = Symbol.for("opentelemetry.js.api.1") as never;

/** Where a context has the active span; all copies of the API make the key by this name. */
export const SPAN_KEY: symbol = Symbol.for("OpenTelemetry Context Key SPAN");

/** The global object, as the API leaves it. */
export interface OtelGlobal {
  readonly [OTEL_API]?: OtelApi;
}
