import type { Clock } from "../time/clock.ts";
import type { FailureLog } from "./failure_log.ts";
import type { OutcomeWatch } from "./outcome_watch.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

/** What every layer of one wrapped function may use. */
export interface LayerHost {
  /** The name of the wrapped function, for messages. */
  readonly functionName: string;
  /** The only source of time. */
  readonly clock: Clock;
  /** The only source of chance: a number from 0 up to 1, exclusive. */
  readonly random: () => number;
  /** Where events and log lines go. */
  readonly telemetry: Telemetry;
  /** Where failed attempts are recorded and judged. */
  readonly failures: FailureLog;
  /** Who wants to know how attempts end. */
  readonly outcomes: OutcomeWatch;
}
