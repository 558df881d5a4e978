import type { AnyFunction } from "../engine/wrapped.ts";
import type { FallbackParameters } from "../function_source/fallback_parameter.ts";
import type { PooledFunction } from "../pool/wire/pooled_function.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Clock } from "../time/clock.ts";
import type { Engine, TaskAddress } from "./engine.ts";
import type { ErrorClass } from "../pool/wire/error_class.ts";

/** A function over many items as its workers know it: by what its map was made with. */
export interface ClusterTask {
  readonly fn: AnyFunction;
  readonly functionName: string;
  readonly address: TaskAddress;
  readonly engine: Engine;
  readonly leaseMs: number;
  /** What frames are sealed with. */
  readonly sealKey: CryptoKey | undefined;
  /** The parameters that a worker puts its own fallback values into. */
  readonly parameters: FallbackParameters | undefined;
  readonly errorClasses: readonly ErrorClass[];
  /** The most that the heap of a thread may hold, in mebibytes. */
  readonly memoryLimit: number;
  /**
   * How threads of a worker find the function.
   *
   * @throws {ConfigurationError} If they cannot.
   */
  readonly reference: () => PooledFunction;
  readonly clock: Clock;
  readonly random: () => number;
  readonly telemetry: Telemetry;
}

/** Under this a function over many items bears its task: two copies of this library know it by the name alone. */
export const CLUSTER_TASK: unique symbol = Symbol.for("@opero/core/task");

/**
 * The task of a function over many items.
 *
 * @param map Any value.
 * @returns The task; `undefined` where it is no function of `mode: "cluster"`.
 */
export function clusterTaskOf(map: unknown): ClusterTask | undefined {
  return typeof map === "function" ? Reflect.get(map, CLUSTER_TASK) as ClusterTask | undefined : undefined;
}
