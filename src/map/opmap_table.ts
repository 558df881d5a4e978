import type { OperoOptions } from "../engine/opero_options.ts";
import { OPERO_TABLE } from "../engine/opero_table.ts";
import { hintFor } from "../options/peer_names.ts";
import { type OptionTable, tableOf } from "../policy/option_table.ts";
import { type ResolvedMapOptions, RUN_OPTIONS } from "./opmap_options.ts";
import { JOURNAL_OPTIONS } from "./run_features.ts";
import { CLUSTER_OPTIONS } from "./cluster_rules.ts";
import { POOL_OPTIONS } from "./pool_options.ts";

/** What is known of each option of `opmap`. */
export const OPMAP_TABLE: OptionTable<OperoOptions, ResolvedMapOptions> = tableOf(
  [OPERO_TABLE, RUN_OPTIONS, JOURNAL_OPTIONS, POOL_OPTIONS, CLUSTER_OPTIONS],
  hintFor,
);
