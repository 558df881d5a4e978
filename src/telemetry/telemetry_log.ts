import { AllFailedError } from "../errors/all_failed_error.ts";
import { errorLabel, rootOf } from "../errors/error_label.ts";
import { printable, printableFields } from "../errors/printable.ts";
import { readField } from "../errors/read_field.ts";
import { getLogger, hasOwnWarningSink, isLoggingOn, type LogFields, type Logger } from "./logger.ts";
import type { CallEventName } from "./opero_events.ts";

/** What is written of something. */
export interface LogLine {
  readonly level: keyof Logger;
  readonly message: string;
}

/** Writes the log of an instance, as a value: a door without it loads nothing of it. */
export interface TelemetryLog {
  /** Whether any line would be written where the user has no logger of his own. */
  readonly isLoggingOn: () => boolean;
  /** Whether warnings go to a sink of the user's own. */
  readonly hasOwnWarningSink: () => boolean;
  /** The logger that lines are written to, that of the user where there is one. */
  readonly loggerFor: (own: Logger | undefined) => Logger;
  /** What is said of an event. */
  readonly lineOf: (name: CallEventName, event: object) => LogLine;
  /** What is said of its fields. */
  readonly fieldsOf: (event: object) => LogFields;
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

/** What writes the log lines of the library. */
export const TELEMETRY_LOG: TelemetryLog = { isLoggingOn, hasOwnWarningSink, loggerFor, lineOf, fieldsOf };

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
