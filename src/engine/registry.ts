import { boundedRandom } from "../time/bounded_random.ts";
import type { Clock } from "../time/clock.ts";
import type { Duration } from "../time/duration.ts";
import type { EventHub } from "../telemetry/events.ts";
import type { OperoEvents } from "../telemetry/opero_events.ts";
import type { InstanceCaches } from "./instance_caches.ts";
import type { OperoOptions } from "./opero_options.ts";
import type { WorkerPool } from "../pool/worker_pool.ts";
import { Telemetry } from "../telemetry/telemetry.ts";
import type { TelemetryLog } from "../telemetry/telemetry_log.ts";
import type { SharedValues } from "./shared_values.ts";

/** What an instance is made with. */
export interface RegistryOptions {
  readonly defaults: OperoOptions;
  readonly clock: Clock;
  readonly random?: (() => number) | undefined;
  /** Writes log lines; without it there are none. */
  readonly log?: TelemetryLog | undefined;
  /** Where listeners stand that were there before it. */
  readonly events?: EventHub<OperoEvents> | undefined;
  /** How many worker threads there are at most in each of its pools. */
  readonly maxThreads?: number | undefined;
  /** How long worker threads without work are kept. */
  readonly idleTimeout?: Duration | undefined;
  /** Whether it can be used again after it was closed. */
  readonly isReopenable?: boolean | undefined;
}

/** What runs, and ends when the instance is closed. */
interface Run {
  /** Ends it with `reason`; resolves once it has released what it used. */
  fail(reason: unknown): Promise<void>;
}

/** What the functions of one instance share: time, chance, the log, the global limiter, caches and what has to be closed. */
export class Registry {
  /** The options of every function that does not say otherwise. */
  readonly defaults: OperoOptions;
  /** The only source of time. */
  readonly clock: Clock;
  /** The only source of chance. */
  readonly random: () => number;
  /** Where events and log lines go. */
  readonly telemetry: Telemetry;
  /** What runs now over many items. */
  readonly runs: Set<Run> = new Set();
  /** The pools of worker threads, by what their workers have in common. */
  readonly pools: Map<string, WorkerPool> = new Map();
  /** What it was made with. */
  readonly options: RegistryOptions;
  /** Where the functions of the instance keep their results, once one has a cache. */
  caches: InstanceCaches | undefined = undefined;
  /** What functions share by a name, once one gives a name. */
  shared: SharedValues | undefined = undefined;
  /** Whether nothing may begin any more. */
  isClosed = false;

  /** An instance that has nothing yet. */
  constructor(options: RegistryOptions) {
    this.options = options;
    this.defaults = options.defaults;
    this.clock = options.clock;
    this.random = options.random === undefined ? Math.random : boundedRandom(options.random);
    this.telemetry = new Telemetry({ ...options, random: this.random });
  }
}
