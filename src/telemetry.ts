import { getCorrelationId } from "./correlation.ts";
import { AllFailedError, ConfigurationError } from "./errors.ts";
import { errorLabel } from "./internal/error_label.ts";
import { EventHub } from "./events.ts";
import { generateCorrelationId } from "./internal/correlation_id.ts";
import { reportSafely } from "./internal/report_safely.ts";
import { writeAbove } from "./internal/terminal_lines.ts";
import { type CacheStatus, type Call, type CallState, stateOf } from "./layer.ts";
import { getLogger, hasOwnWarningSink, isLoggingOn, isSilenced, type LogFields, type Logger } from "./logger.ts";

/** What every event of a call tells. */
export interface CallEvent {
  /** The name of the wrapped function. */
  readonly functionName: string;
  /** The id that all events and log lines of one call share. */
  readonly correlationId: string;
}

/** A call has its result. */
export interface SuccessEvent extends CallEvent {
  /** How long it took, in seconds. */
  readonly duration: number;
  /** How many times the function ran. */
  readonly attempts: number;
  /** What the cache did. */
  readonly cache: CacheStatus;
}

/** A call has failed. */
export interface FailureEvent extends CallEvent {
  /** How long it took, in seconds. */
  readonly duration: number;
  /** How many times the function ran. */
  readonly attempts: number;
  /** What the call rejects with. */
  readonly error: unknown;
}

/** A round has failed and another will be made. */
export interface RetryEvent extends CallEvent {
  /** The round that will be made, from 1. */
  readonly retry: number;
  /** The wait before it, in seconds. */
  readonly delay: number;
  /** What the last attempt threw. */
  readonly error: unknown;
}

/** A fallback value has failed and the next is tried. */
export interface FallbackEvent extends CallEvent {
  /** The index of the value that will be tried. */
  readonly fallbackIndex: number;
  /** What the attempt with the value before it threw. */
  readonly error: unknown;
}

/** A backend of the cache failed. */
export interface CacheErrorEvent {
  /** The name of the wrapped function. */
  readonly functionName: string;
  /** What was asked of the backend. */
  readonly operation: "get" | "set" | "delete" | "clear";
  /** What it threw. */
  readonly error: unknown;
}

/** A call waits for the rate limit. */
export interface RateLimitedEvent extends CallEvent {
  /** The wait as it looks now, in seconds. */
  readonly wait: number;
}

/** An item of a map is done. */
export interface ItemDoneEvent {
  /** The name of the wrapped function. */
  readonly functionName: string;
  /** The item's place, from 0. */
  readonly index: number;
  /** Whether it has its result. */
  readonly ok: boolean;
}

/** The events of an instance, by name. No event holds an argument or a cached value. */
export interface OperoEvents {
  /** A call has its result. */
  success: SuccessEvent;
  /** A call has failed. */
  failure: FailureEvent;
  /** Another round will be made. */
  retry: RetryEvent;
  /** The next fallback value is tried. */
  fallback: FallbackEvent;
  /** The cache had a fresh result. */
  cacheHit: CallEvent;
  /** The cache had no result. */
  cacheMiss: CallEvent;
  /** The cache served a result past its time. */
  cacheStale: CallEvent;
  /** A call joined one that was in flight. */
  cacheCoalesced: CallEvent;
  /** A backend of the cache failed. */
  cacheError: CacheErrorEvent;
  /** A call waits for the rate limit. */
  rateLimited: RateLimitedEvent;
  /** An item of a map is done. */
  itemDone: ItemDoneEvent;
}

type CallEventName = Exclude<keyof OperoEvents, "cacheError" | "itemDone">;

interface LogLine {
  readonly level: keyof Logger;
  readonly message: string;
}

const LINES: Readonly<Record<CallEventName, LogLine>> = {
  success: { level: "info", message: "call succeeded" },
  failure: { level: "info", message: "call failed" },
  retry: { level: "info", message: "retrying" },
  fallback: { level: "info", message: "trying the next fallback value" },
  cacheHit: { level: "debug", message: "cache hit" },
  cacheMiss: { level: "debug", message: "cache miss" },
  cacheStale: { level: "debug", message: "stale value served" },
  cacheCoalesced: { level: "debug", message: "joined an identical call in flight" },
  rateLimited: { level: "warning", message: "waiting for the rate limit" },
};

/** How many kinds and functions are remembered as warned about; past that the memory begins anew. */
const MAX_WARNED = 10_000;

/** Where an instance tells what happens in it: its events and its log lines. */
export class Telemetry {
  /** The instance's events. */
  readonly events: EventHub<OperoEvents> = new EventHub();
  /** The instance's log. */
  readonly logger: Logger;
  readonly #random: () => number;
  readonly #hasOwnLogger: boolean;
  readonly #warned = new Set<string>();

  /** Writes to `logger`, or where `configureLogging` says. */
  constructor(random: () => number, logger?: Logger) {
    this.#random = random;
    this.logger = logger ?? getLogger("opero");
    this.#hasOwnLogger = logger !== undefined;
  }

  /** Whether anybody looks; what follows a call closely is done only then. */
  get isOn(): boolean {
    return this.#hasOwnLogger || this.events.isOn || isLoggingOn();
  }

  /** Tells what happened to `call`, without anything of its arguments or values. */
  tell<Name extends CallEventName>(
    name: Name,
    functionName: string,
    call: Call,
    details: Omit<OperoEvents[Name], keyof CallEvent>,
  ): void {
    if (!this.isOn) return;
    const event = { functionName, correlationId: correlationIdOf(call, this.#random), ...details } as OperoEvents[Name];
    const { level, message } = LINES[name];
    this.log(isUsedUp(name, event) ? "error" : level, message, loggable(event));
    if (this.events.has(name)) this.events.emit(name, event);
  }

  /** Does `configure`, and leaves a line in the log where it throws a `ConfigurationError`. */
  loggingBadConfiguration<R>(configure: () => R): R {
    try {
      return configure();
    } catch (error) {
      if (error instanceof ConfigurationError) this.log("error", "bad configuration", { reason: error.message });
      throw error;
    }
  }

  /**
   * Warns of what makes a feature silently useless: one line on stderr for each `kind` and function, whether logging
   * is configured or not, unless its level is `"OFF"`. A logger of the user's own gets it as well.
   * `message` says what is wrong, the runtime's own reason and the fix; never an argument, a value or a credential.
   */
  warnOnce(kind: string, functionName: string, message: string): void {
    const key = `${kind}\n${functionName}`;
    if (this.#warned.has(key)) return;
    if (this.#warned.size >= MAX_WARNED) this.#warned.clear();
    this.#warned.add(key);
    if (this.#hasOwnLogger || hasOwnWarningSink()) this.log("warning", message, { functionName });
    if (!isSilenced()) reportSafely(() => writeAbove(() => console.warn(`opero: ${message}`)));
  }

  /** Writes a line; a logger that throws changes nothing. */
  log(level: keyof Logger, message: string, fields: LogFields): void {
    reportSafely(() => this.logger[level](message, fields));
  }
}

/** The id of `call`: that of the code around it, or one made now. */
export function correlationIdOf(call: Call, random?: () => number): string {
  const state: CallState = stateOf(call);
  return state.correlationId ??= getCorrelationId() ?? generateCorrelationId(random);
}

/** An error that was thrown on, or a caller that left, is no news; a call whose attempts are used up is. */
function isUsedUp(name: CallEventName, event: object): boolean {
  return name === "failure" && (event as FailureEvent).error instanceof AllFailedError;
}

/** Numbers in seconds and names; of an error only its kind, since its message may hold anything. */
function loggable(event: object): LogFields {
  const fields: Record<string, string | number | boolean | undefined> = {};
  for (const [key, value] of Object.entries(event)) {
    fields[key] = key === "error" ? errorLabel(value) : value;
  }
  return fields;
}
