import type { CallWatcher, WatchedFields } from "../call/call_watcher.ts";
import { errorLabel, rootOf } from "../errors/error_label.ts";
import { reportSafely } from "../runtime/report_safely.ts";
import { toSeconds } from "../time/duration.ts";
import {
  OTEL_API,
  type OtelApi,
  type OtelContext,
  type OtelGlobal,
  type OtelSpan,
  SPAN_KEY,
} from "./open_telemetry.ts";
import { measure, tracerOf } from "./otel_instruments.ts";
import { PlainContext } from "./plain_context.ts";

const STATUS_ERROR = 2;

/** How a call ended. */
export interface EndedCall {
  /** How many attempts have begun. */
  readonly attempts: number;
  /** What the cache did. */
  readonly cache: string;
}

/** The span of one call, with a child for each attempt, and what the metrics count of it. */
export class CallTrace implements CallWatcher {
  readonly #functionName: string;
  readonly #api: OtelApi;
  readonly #context: OtelContext;
  readonly #span: OtelSpan | undefined;

  /** Begins the span of a call of the function below that which is active. */
  constructor(functionName: string, api: OtelApi) {
    this.#functionName = functionName;
    this.#api = api;
    const outer = api.context?.active() ?? new PlainContext();
    const attributes = { "opero.function": functionName };
    this.#span = tracerOf(api)?.startSpan(functionName, { attributes }, outer);
    this.#context = this.#span === undefined ? outer : outer.setValue(SPAN_KEY, this.#span);
  }

  /** Runs the call, in which its span is active. */
  run(call: () => Promise<unknown>): Promise<unknown> {
    return inContext(this.#api, this.#context, call);
  }

  /** Runs an attempt in a span of its own, which is active in it. */
  runAttempt(run: () => Promise<unknown>, facts: () => WatchedFields): Promise<unknown> {
    const span = this.#beginAttempt();
    const context = span === undefined ? this.#context : this.#context.setValue(SPAN_KEY, span);
    const running = inContext(this.#api, context, run);
    reportSafely(() => span?.setAttributes(facts()));
    return running.then((value) => {
      this.#endAttempt(span, undefined);
      return value;
    }, (error) => {
      this.#endAttempt(span, errorLabel(error));
      throw error;
    });
  }

  /** Something happened in the call. */
  onEvent(name: string, fields: WatchedFields): void {
    reportSafely(() => this.#span?.addEvent(`opero.${name}`, fields));
  }

  /** The call has waited for `ms` milliseconds. */
  onWait(ms: number): void {
    measure(this.#api, "wait", toSeconds(ms), { "opero.function": this.#functionName });
  }

  /** The call ended, without an error or with one. */
  end({ attempts, cache }: EndedCall, ...errors: readonly [error?: unknown]): void {
    const kind = errors.length === 0 ? undefined : errorLabel(rootOf(errors[0]));
    this.#count("calls", kind);
    const by = { "opero.function": this.#functionName, "opero.cache": cache };
    if (cache !== "off") measure(this.#api, "cache", 1, by);
    reportSafely(() => this.#span?.setAttributes({ "opero.attempts": attempts, "opero.cache": cache }));
    endSpan(this.#span, kind);
  }

  #beginAttempt(): OtelSpan | undefined {
    let span: OtelSpan | undefined;
    const attributes = { "opero.function": this.#functionName };
    reportSafely(() => {
      span = tracerOf(this.#api)?.startSpan(`${this.#functionName} attempt`, { attributes }, this.#context);
    });
    return span;
  }

  #endAttempt(span: OtelSpan | undefined, kind: string | undefined): void {
    this.#count("attempts", kind);
    endSpan(span, kind);
  }

  #count(name: "calls" | "attempts", kind: string | undefined): void {
    const outcome = kind === undefined ? "success" : "failure";
    const by = { "opero.function": this.#functionName, "opero.outcome": outcome };
    measure(this.#api, name, 1, kind === undefined ? by : { ...by, "error.type": kind });
  }
}

/** Of an error only its kind is said, as in the log. */
function endSpan(span: OtelSpan | undefined, kind: string | undefined): void {
  reportSafely(() => {
    if (kind !== undefined) {
      span?.setAttributes({ "error.type": kind });
      span?.setStatus({ code: STATUS_ERROR });
    }
    span?.end();
  });
}

function inContext<R>({ context: manager }: OtelApi, context: OtelContext, fn: () => R): R {
  return manager === undefined ? fn() : manager.with(context, fn);
}

/**
 * Begins to trace a call, where OpenTelemetry is registered in the process.
 *
 * @param functionName The name of the wrapped function.
 * @returns The trace, or `undefined` where there is nothing to trace with.
 */
export function beginTrace(functionName: string): CallTrace | undefined {
  const api = (globalThis as OtelGlobal)[OTEL_API];
  if (api?.trace === undefined && api?.metrics === undefined) return undefined;
  try {
    return new CallTrace(functionName, api);
  } catch {
    // What watches a call must not fail it.
    return undefined;
  }
}
