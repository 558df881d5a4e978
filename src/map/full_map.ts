import { FULL_ENGINE } from "../engine/full_engine.ts";
import { openRunProgress } from "../progress/run_progress.ts";
import { BulkDrain } from "./bulk_drain.ts";
import { ClusterMap } from "./cluster_map.ts";
import type { MapEngine } from "./map_engine.ts";
import { MapPool } from "./map_pool.ts";
import { RUN_RULES } from "./opmap_options.ts";
import { RUN_FEATURES } from "./run_features.ts";
import { OPMAP_TABLE } from "./opmap_table.ts";

/** All that there is for functions over many items. */
export const FULL_MAP: MapEngine = {
  engine: FULL_ENGINE,
  table: OPMAP_TABLE,
  runRules: RUN_RULES,
  openPool: (init) => new MapPool(init),
  openCluster: (init) => new ClusterMap(init),
  bulkDrain: BulkDrain,
  openProgress: openRunProgress,
  features: RUN_FEATURES,
};
