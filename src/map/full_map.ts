import { FULL_ENGINE } from "../engine/full_engine.ts";
import type { MapEngine } from "./map_engine.ts";
import { MapPool } from "./map_pool.ts";
import { RUN_FEATURES } from "./run_features.ts";
import { OPMAP_TABLE } from "./opmap_table.ts";

/** All that there is for functions over many items. */
export const FULL_MAP: MapEngine = {
  engine: FULL_ENGINE,
  table: OPMAP_TABLE,
  openPool: (init) => new MapPool(init),
  features: RUN_FEATURES,
};
