import type { Engine } from "../engine/engine.ts";
import type { OperoOptions } from "../engine/opero_options.ts";
import type { OptionRules } from "../options/validate.ts";
import type { OptionTable } from "../policy/option_table.ts";
import type { RunProgress, RunProgressOptions } from "../progress/called_progress.ts";
import type { BulkDrain, BulkDrainInit } from "./bulk_drain.ts";
import type { ItemPool } from "./item_pool.ts";
import type { MapPool, MapPoolInit } from "./map_pool.ts";
import type { ResolvedMapOptions } from "./opmap_options.ts";
import type { RunFeatures } from "./run_features.ts";

/** What a door brings along for functions over many items. */
export interface MapEngine {
  /** What stands around each item. */
  readonly engine: Engine;
  /** What is known of each option of `opmap`. */
  readonly table: OptionTable<OperoOptions, ResolvedMapOptions>;
  /** What the options of a run may be, where no features say it. */
  readonly runRules: OptionRules;
  /** Stands behind the modes of worker threads. */
  readonly openPool?: (init: MapPoolInit) => MapPool;
  /** Stands behind the mode of workers on other machines. */
  readonly openCluster?: (init: MapPoolInit) => ItemPool;
  /** Feeds a pool without a call for each item. */
  readonly bulkDrain?: new (init: BulkDrainInit) => BulkDrain;
  /** Stands behind the option `progress`. */
  readonly openProgress: (options: RunProgressOptions) => RunProgress | undefined;
  /** Stands behind the option `journal`, and runs as objects. */
  readonly features?: RunFeatures;
}
