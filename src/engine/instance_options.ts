import type { Logger } from "../telemetry/logger.ts";
import type { Clock } from "../time/clock.ts";
import type { Duration } from "../time/duration.ts";
import type { OperoOptions } from "./opero_options.ts";

/** What an instance is made with: defaults for the options of all its functions, and what the engine is built on. */
export interface InstanceOptions extends Omit<OperoOptions, "name"> {
  /** The only source of time. By default the runtime's. */
  readonly clock?: Clock | undefined;
  /** The only source of chance: draws a number from 0 up to 1, exclusive. By default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Takes the log lines of this instance, all levels. By default `configureLogging` decides. */
  readonly logger?: Logger | undefined;
  /**
   * How many worker threads the functions of this instance may have at most, those of each `memoryLimit` and
   * `permissions`. By default as many as the largest `workers` among those that run.
   */
  readonly maxThreads?: number | undefined;
  /**
   * How long worker threads that have nothing to do are kept for the next run. They keep no script alive.
   * @default "30s"
   */
  readonly idleTimeout?: Duration | undefined;
}

/** The defaults of the options that an instance alone has. */
export const INSTANCE_DEFAULTS: { readonly idleTimeout: Duration } = { idleTimeout: "30s" };
