import type { FailureLog, FailureLogOptions } from "../attempt/failure_log.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import type { Handler, Layer } from "../call/layer.ts";
import type { LayersOptions } from "../policy/custom_layers.ts";
import type { OptionTable } from "../policy/option_table.ts";
import type { LayerForms, LayerPlace, Policy } from "../policy/policy.ts";
import type { PolicyHost } from "../policy/policy_host.ts";
import type { CallTally } from "../telemetry/call_tally.ts";
import type { Clock } from "../time/clock.ts";
import type { LostHandle } from "./lost_receiver.ts";
import type { FilledOptions, OperoOptions } from "./opero_options.ts";
import type { Registry } from "./registry.ts";
import type { SharedValues } from "./shared_values.ts";
import type { AnyFunction } from "./wrapped.ts";

/** What a pipeline is built of. All options have been validated. */
export interface PipelineParts {
  /** The function, whose source names its parameters. */
  readonly fn: AnyFunction;
  /** What cannot be done where an option is wrong, as in `wrap "fetchUser"`. */
  readonly task: string;
  /** The options, all defaults filled in. */
  readonly options: FilledOptions;
  /** What the functions of the instance share. */
  readonly registry: Registry;
  /** What may be switched on. */
  readonly engine: Engine;
  /** Runs one attempt in place of calling the function here. It keeps to `timeout` itself. */
  readonly runAttempt?: Handler | undefined;
}

/** A policy, with what has to be there before any policy makes its layer. */
export interface EnginePolicy extends Policy {
  /**
   * Adds to what the policies are given. Those further inside go first.
   *
   * @throws {ConfigurationError} If an option is wrong.
   */
  readonly prepare?: (parts: PipelineParts, host: PolicyHost) => Partial<PolicyHost>;
}

/** Counts the calls of a function. */
export interface CallCounter {
  readonly tally: CallTally;
  /** The outermost layer. */
  readonly layer: Layer;
}

/** A layer as it is composed; `watched` is there only for calls that are watched. */
export interface Form extends LayerForms {
  readonly watched?: Layer;
}

/** What stands just outside or just inside of a policy, the outermost first. */
export type PlacedForms = (side: "outside" | "inside", place: LayerPlace) => readonly Form[];

/**
 * What a door brings along, as a value: which options there are, and what stands behind them. What is not in it is not
 * loaded either.
 */
export interface Engine {
  /** The policies, the outermost first. */
  readonly policies: readonly EnginePolicy[];
  /** What is known of each option of `opero`. */
  readonly table: OptionTable<OperoOptions, FilledOptions>;
  /** Makes what records how attempts end. */
  readonly openLog: (log: FailureLogOptions, options: FilledOptions) => FailureLog;
  /** Whether no other attempt can fix an error, where `retryOn` does not say. */
  readonly isBug: (error: unknown) => boolean;
  /** Stands behind the option `layers`, and adds what traces each attempt of calls that are traced. */
  readonly placeForms?: (
    task: string,
    layers: NonNullable<LayersOptions["layers"]>,
    places: readonly LayerPlace[],
    host: LayerHost,
  ) => PlacedForms;
  /** Stands behind the option `stats`. */
  readonly countCalls?: (clock: Clock) => CallCounter;
  /** Stands behind `context: "async"`: the innermost handler for that. */
  readonly makeAsyncHandler?: (task: string, fn: AnyFunction, host: LayerHost) => Handler;
  /** Notices calls by a handle that loses the `this` of a method. */
  readonly lostReceiver?: (fn: AnyFunction, host: LayerHost) => (handle: LostHandle) => undefined;
  /** What functions share by a name that they give. */
  readonly openShared?: () => SharedValues;
  /** What the functions bear of policies that are off, too. */
  readonly openHandles?: (host: PolicyHost, tally: CallTally | undefined) => object;
  /**
   * Traces calls, where OpenTelemetry is registered in the process: `handler`; a call runs through what `watched` answers in
   * its place where there is something to trace it with.
   */
  readonly traced?: (functionName: string, handler: Handler, watched: () => Handler) => Handler;
}
