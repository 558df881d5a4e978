import type { Call } from "../call/call.ts";
import { AllFailedError } from "../errors/all_failed_error.ts";
import { ConfigurationError } from "../errors/configuration_error.ts";
import { errorLabel, rootOf } from "../errors/error_label.ts";
import { printable, printableFields } from "../errors/printable.ts";
import { readField } from "../errors/read_field.ts";
import { reportSafely } from "../runtime/report_safely.ts";
import { getLogger, hasOwnWarningSink, isLoggingOn, type LogFields, type Logger } from "./logger.ts";
import { OTEL_API, type OtelGlobal } from "./open_telemetry.ts";
import type { CallEventName } from "./opero_events.ts";

/** What is written of something. */
export interface LogLine {
  readonly level: keyof Logger;
  readonly message: string;
}

/** Writes the log of an instance, and tells who traces a call; a door without it loads nothing of it. */
export interface TelemetryLog {
  /** Whether lines are written or calls are traced; `turn` is the turn of the event loop, 0 where that is not known. */
  isOn(turn: number): boolean;
  /** Says what happened to `call`. */
  record(name: CallEventName, call: Call, event: object): void;
  /** Writes a line; a logger that throws changes nothing. */
  write(level: keyof Logger, message: string, fields: LogFields): void;
  /** Writes a warning, where that goes to a logger or a sink of the user's own. */
  warn(message: string, fields: LogFields): void;
  /** Says that options were refused, where `error` does. */
  refused(error: unknown): void;
}

const LINES: Readonly<Record<CallEventName, LogLine>> = {
  success: { level: "info", message: "call succeeded" },
  failure: { level: "info", message: "call failed" },
  retry: { level: "info", message: "retrying" },
  fallback: { level: "info", message: "trying the next fallback value" },
  fallbackCooldown: { level: "warning", message: "a fallback value cools down" },
  cacheHit: { level: "debug", message: "cache hit" },
  cacheMiss: { level: "debug", message: "cache miss" },
  cacheStale: { level: "debug", message: "stale value served" },
  cacheCoalesced: { level: "debug", message: "joined an identical call in flight" },
  rateLimited: { level: "warning", message: "waiting for the rate limit" },
  hedge: { level: "info", message: "hedging a slow attempt" },
  queued: { level: "debug", message: "waiting for a slot" },
  shed: { level: "warning", message: "no slot is free" },
  circuitWait: { level: "warning", message: "waiting for the circuit breaker" },
};

/** Whether OpenTelemetry was there when that was looked up last, and in which turn: a lookup in each call would be felt. */
let isRegistered = false;
let checkedTurn = 0;

/**
 * What writes the log lines of an instance.
 *
 * @param own The user's logger, in place of where `configureLogging` says.
 * @returns The log.
 */
export function telemetryLog(own?: Logger): TelemetryLog {
  const logger = loggerFor(own);
  let lastRefusal: unknown;
  const write: TelemetryLog["write"] = (level, message, fields) => reportSafely(() => logger[level](message, fields));
  return {
    write,
    isOn: (turn) => isTracing(turn) || own !== undefined || isLoggingOn(),
    record(name, call, event) {
      if (own !== undefined || isLoggingOn()) {
        const { level, message } = lineOf(name, event);
        write(level, message, fieldsOf(event));
      }
      // How the call ends is said by its span itself.
      if (name !== "success" && name !== "failure") call.state?.watcher?.onEvent(name, fieldsOf(event));
    },
    warn(message, fields) {
      if (own !== undefined || hasOwnWarningSink()) write("warning", message, fields);
    },
    refused(error) {
      // A nested one records it once.
      if (!(error instanceof ConfigurationError) || error === lastRefusal) return;
      lastRefusal = error;
      write("error", "bad configuration", { reason: error.message });
    },
  };
}

function isTracing(turn: number): boolean {
  if (turn === 0 || turn !== checkedTurn) {
    checkedTurn = turn;
    isRegistered = (globalThis as OtelGlobal)[OTEL_API] !== undefined;
  }
  return isRegistered;
}

/** A logger of the user's own gets texts without control characters, as the library's own lines are. */
function loggerFor(own: Logger | undefined): Logger {
  if (own === undefined) return getLogger("opero");
  const at = (level: keyof Logger) => (message: string, fields: LogFields = {}) =>
    own[level](printable(message), printableFields(fields));
  return { debug: at("debug"), info: at("info"), warning: at("warning"), error: at("error") };
}

function lineOf(name: CallEventName, event: object): LogLine {
  const { level, message } = LINES[name];
  return { level: isUsedUp(name, event) ? "error" : level, message };
}

/** An error that was rethrown, or a caller that left, is no news; a call whose attempts are used up is. */
function isUsedUp(name: CallEventName, event: object): boolean {
  return name === "failure" && readField(event, "error") instanceof AllFailedError;
}

/** Numbers in seconds and names; of an error only its kind, since its message may hold anything. */
function fieldsOf(event: object): LogFields {
  const fields: Record<string, string | number | boolean | undefined> = {};
  for (const [key, value] of Object.entries(event)) {
    fields[key] = key === "error" ? errorLabel(value) : value;
    // What it was that failed, where the error says only that all attempts did.
    const root = key === "error" ? rootOf(value) : value;
    if (root !== value) fields.cause = errorLabel(root);
  }
  return fields;
}
