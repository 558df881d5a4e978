import type { CallTally } from "./call_tally.ts";
import { getCorrelationId } from "./correlation.ts";
import { EventHub } from "./events.ts";
import { generateCorrelationId } from "../runtime/correlation_id.ts";
import { isFirst, warningThrough, writeWarning } from "../options/option_warnings.ts";
import { type Call, stateOf } from "../call/call.ts";
import type { CallState } from "../call/call_state.ts";
import type { LogFields, Logger } from "./logger.ts";
import { markedTurn } from "../time/marked_turn.ts";
import { type CallEvent, type CallEventName, EVENT_NAMES, type OperoEvents } from "./opero_events.ts";
import type { TelemetryLog } from "./telemetry_log.ts";

/** What a {@link Telemetry} is made of. */
export interface TelemetryOptions {
  /** Returns a number from 0 up to 1, exclusive. */
  readonly random: () => number;
  /** Writes log lines and tells who traces; without it there is neither. */
  readonly log?: TelemetryLog | undefined;
  /** That of the instance, for a function of it. */
  readonly instance?: Telemetry | undefined;
  /** Where listeners stand that were there before it. */
  readonly events?: EventHub<OperoEvents> | undefined;
  /** Counts the calls of the function, where that is asked for. */
  readonly tally?: CallTally | undefined;
}

/** The events and the log lines of an instance, or of one function of it. */
export class Telemetry {
  /** The events of the instance, or of the function alone. */
  readonly events: EventHub<OperoEvents>;
  readonly #options: TelemetryOptions;
  readonly #log: TelemetryLog | undefined;
  readonly #random: () => number;
  readonly #warned: Set<string>;
  /** The turn of the event loop that is known to be quiet: a listener that is added renews the turn. */
  #quietTurn = 0;
  /** That of the instance, where this is a function's. */
  readonly #instance: Telemetry | undefined;

  /** Counts the calls of the function, where that is asked for. */
  readonly #tally: CallTally | undefined;

  /** The events of an instance, and its log. */
  constructor(options: TelemetryOptions) {
    const { random, log, instance, events, tally } = options;
    this.#options = options;
    this.#tally = tally;
    this.events = events ?? new EventHub(EVENT_NAMES);
    this.#random = random;
    this.#log = log;
    this.#instance = instance;
    this.#warned = instance === undefined ? new Set() : instance.#warned;
  }

  /** One for a function of this instance: it passes all to the instance, and has events of its own. What happens is counted by `tally`. */
  forFunction(tally?: CallTally): Telemetry {
    return new Telemetry({ ...this.#options, instance: this, events: undefined, tally });
  }

  /** Whether there is any observer; what follows a call closely is done only then. */
  get isOn(): boolean {
    const turn = markedTurn.number;
    return (turn === 0 || turn !== this.#quietTurn) && this.#look(turn);
  }

  /** Apart, so that what each call asks is small enough to be compiled into it. */
  #look(turn: number): boolean {
    const isOn = this.#log?.isOn(turn) === true || this.events.isOn || this.#instance?.events.isOn === true;
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
    this.#log?.record(name, call, event);
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
      this.#log?.refused(error);
      throw error;
    }
  }

  /**
   * Warns of what makes a feature silently useless: one line on stderr for each `kind` and function, whether logging
   * is configured or not, unless its level is `"OFF"`. A logger of the user's own gets it as well.
   * `message` says what is wrong, the runtime's own reason and the fix; never an argument, a value or a credential.
   */
  warnOnce(kind: string, functionName: string, message: string): void {
    if (!isFirst(this.#warned, `${kind}\n${functionName}`)) return;
    this.#log?.warn(message, { functionName });
    writeWarning(message);
  }

  /** Writes a line; a logger that throws changes nothing. */
  log(level: keyof Logger, message: string, fields: LogFields): void {
    this.#log?.write(level, message, fields);
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
