import type { Handler } from "../call/layer.ts";
import type { ItemJob } from "../pool/item_job.ts";
import { getCorrelationId } from "../telemetry/correlation.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { MapPool } from "./map_pool.ts";

/** Runs items in a pool without a call for each, as long as they succeed. */
export class BulkPool {
  /** Begins the first attempts. */
  readonly pool: MapPool;
  readonly #handler: Handler;
  readonly #telemetry: Telemetry;

  /** The way into `pool` of a function whose layers, which `handler` runs, do nothing before an attempt has failed. */
  constructor(pool: MapPool, handler: Handler, telemetry: Telemetry) {
    this.pool = pool;
    this.#handler = handler;
    this.#telemetry = telemetry;
  }

  /** Whether no listener is to be notified of the item that begins now, for which it would need a call. */
  get isOpen(): boolean {
    return !this.#telemetry.isOn && getCorrelationId() === undefined;
  }

  /** Runs the call of an item from where its first attempt failed. */
  runOn(job: ItemJob): Promise<unknown> {
    return this.pool.runOn(job, this.#handler);
  }
}
