import { readField } from "../errors/read_field.ts";
import type { CallTally } from "./call_tally.ts";
import { getCorrelationId } from "./correlation.ts";
import { AllFailedError } from "../errors/all_failed_error.ts";
import { ConfigurationError } from "../errors/configuration_error.ts";
import { errorLabel, rootOf } from "../errors/error_label.ts";
import { EventHub } from "./events.ts";
import { generateCorrelationId } from "../runtime/correlation_id.ts";
import { warningThrough, writeWarning } from "../options/option_warnings.ts";
import { printable, printableFields } from "../errors/printable.ts";
import { reportSafely } from "../runtime/report_safely.ts";
import { type Call, stateOf } from "../call/call.ts";
import type { CallState } from "../call/call_state.ts";
import { getLogger, hasOwnWarningSink, isLoggingOn, type LogFields, type Logger } from "./logger.ts";
import { markedTurn } from "../time/marked_turn.ts";
import { OTEL_API, type OtelGlobal } from "./open_telemetry.ts";
import { type CallEvent, EVENT_NAMES, type OperoEvents } from "./opero_events.ts";

type CircuitEventName = "circuitOpened" | "circuitHalfOpened" | "circuitClosed" | "circuitIsolated";
type CallEventName = Exclude<keyof OperoEvents, "cacheError" | "rateLimitPaused" | "itemDone" | CircuitEventName>;

interface LogLine {
  readonly level: keyof Logger;
  readonly message: string;
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

/** How many kinds and functions are remembered as warned about; past that the memory begins anew. */
const MAX_WARNED = 10_000;

/** Whether OpenTelemetry was there when that was looked up last, and in which turn: a lookup in each call would be felt. */
let isRegistered = false;
let checkedTurn = 0;

/** The events and the log lines of an instance, or of one function of it. */
export class Telemetry {
  /** The events of the instance, or of the function alone. */
  readonly events: EventHub<OperoEvents>;
  /** The instance's log. */
  readonly logger: Logger;
  readonly #random: () => number;
  readonly #hasOwnLogger: boolean;
  readonly #warned: Set<string>;
  #lastRefusal: unknown = undefined;
  /** The turn of the event loop that is known to be quiet: a listener that is added renews the turn. */
  #quietTurn = 0;
  /** That of the instance, where this is a function's. */
  readonly #instance: Telemetry | undefined;

  /** Counts the calls of the function, where that is asked for. */
  readonly #tally: CallTally | undefined;

  /** Writes to `logger`, or where `configureLogging` says. */
  constructor(
    random: () => number,
    logger?: Logger,
    instance?: Telemetry,
    events?: EventHub<OperoEvents>,
    tally?: CallTally,
  ) {
    this.#tally = tally;
    this.events = events ?? new EventHub(EVENT_NAMES);
    this.#random = random;
    this.logger = logger ?? getLogger("opero");
    this.#hasOwnLogger = logger !== undefined;
    this.#instance = instance;
    this.#warned = instance === undefined ? new Set() : instance.#warned;
  }

  /** One for a function of this instance: it passes all to the instance, and has events of its own. What happens is counted by `tally`. */
  forFunction(tally?: CallTally): Telemetry {
    return new Telemetry(this.#random, this.#hasOwnLogger ? this.logger : undefined, this, undefined, tally);
  }

  /** Whether there is any observer; what follows a call closely is done only then. */
  get isOn(): boolean {
    const turn = markedTurn.number;
    return (turn === 0 || turn !== this.#quietTurn) && this.#look(turn);
  }

  /** Apart, so that what each call asks is small enough to be compiled into it. */
  #look(turn: number): boolean {
    const hub = this.#instance?.events;
    if (turn === 0 || turn !== checkedTurn) {
      checkedTurn = turn;
      isRegistered = (globalThis as OtelGlobal)[OTEL_API] !== undefined;
    }
    const isOn = isRegistered || this.#hasOwnLogger || this.events.isOn || isLoggingOn() || hub?.isOn === true;
    if (!isOn) this.#quietTurn = turn;
    return isOn;
  }

  /** Records what happened to `call`, without its arguments or values. */
  record<Name extends CallEventName>(
    name: Name,
    functionName: string,
    call: Call,
    details: Omit<OperoEvents[Name], keyof CallEvent>,
  ): void {
    if (this.#tally !== undefined) count(this.#tally, name);
    if (!this.isOn) return;
    const event = { functionName, correlationId: correlationIdOf(call, this.#random), ...details } as OperoEvents[Name];
    const { level, message } = LINES[name];
    if (this.#hasOwnLogger || isLoggingOn()) {
      this.log(isUsedUp(name, event) ? "error" : level, message, loggable(event));
    }
    // How the call ends is said by its span itself.
    if (name !== "success" && name !== "failure") call.state?.watcher?.onEvent(name, loggable(event));
    if (this.wants(name)) this.emit(name, event);
  }

  /** Records that a call has waited for `ms` milliseconds. */
  recordWait({ state }: Call, ms: number): void {
    this.#tally?.addWait(ms);
    state?.watcher?.onWait(ms);
  }

  /** Whether `name` has a listener, so that no event is made without one. */
  wants(name: keyof OperoEvents): boolean {
    if (this.events.isOn && this.events.has(name)) return true;
    const hub = this.#instance?.events;
    return hub !== undefined && hub.isOn && hub.has(name);
  }

  /** Gives `event` to all who listen, those to the whole instance first. What one of them does to it, no other sees. */
  emit<Name extends keyof OperoEvents>(name: Name, event: OperoEvents[Name]): void {
    Object.freeze(event);
    this.#instance?.events.emit(name, event);
    this.events.emit(name, event);
  }

  /**
   * Does `configure` for a function of this name: leaves a line in the log where it throws a `ConfigurationError`, and
   * warns once of options that are likely to be a mistake.
   */
  loggingBadConfiguration<R>(configure: () => R, functionName = "anonymous"): R {
    try {
      return warningThrough((kind, message) => this.warnOnce(kind, functionName, message), configure);
    } catch (error) {
      // A nested one records it once.
      if (error instanceof ConfigurationError && error !== this.#lastRefusal) {
        this.#lastRefusal = error;
        this.log("error", "bad configuration", { reason: error.message });
      }
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
    writeWarning(message);
  }

  /** Writes a line; a logger that throws changes nothing. */
  log(level: keyof Logger, message: string, fields: LogFields): void {
    if (!this.#hasOwnLogger) return reportSafely(() => this.logger[level](message, fields));
    reportSafely(() => this.logger[level](printable(message), printableFields(fields)));
  }
}

function count(tally: CallTally, name: CallEventName): void {
  if (name === "retry") tally.retries++;
  else if (name === "fallback") tally.fallbacks++;
}

/**
 * The id of `call`: that of the code around it, or one made now.
 *
 * @param call The call.
 * @param random Returns a number from 0 up to 1, exclusive.
 * @returns The id.
 */
export function correlationIdOf(call: Call, random?: () => number): string {
  const state: CallState = stateOf(call);
  return state.correlationId ??= getCorrelationId() ?? generateCorrelationId(random);
}

/** An error that was rethrown, or a caller that left, is no news; a call whose attempts are used up is. */
function isUsedUp(name: CallEventName, event: object): boolean {
  return name === "failure" && readField(event, "error") instanceof AllFailedError;
}

/** Numbers in seconds and names; of an error only its kind, since its message may hold anything. */
function loggable(event: object): LogFields {
  const fields: Record<string, string | number | boolean | undefined> = {};
  for (const [key, value] of Object.entries(event)) {
    fields[key] = key === "error" ? errorLabel(value) : value;
    // What it was that failed, where the error says only that all attempts did.
    const root = key === "error" ? rootOf(value) : value;
    if (root !== value) fields.cause = errorLabel(root);
  }
  return fields;
}
