import { hintFor } from "../options/peer_names.ts";
import { LAYERS_OPTIONS } from "../policy/custom_layers.ts";
import { type OptionTable, tableOf } from "../policy/option_table.ts";
import { CONTEXT_OPTIONS, NAME_OPTIONS, STATS_OPTIONS } from "./call_settings.ts";
import type { FilledOptions, OperoOptions } from "./opero_options.ts";
import { POLICIES } from "./policies.ts";

/** What is known of each option of `opero`. */
export const OPERO_TABLE: OptionTable<OperoOptions, FilledOptions> = tableOf(
  [...POLICIES, LAYERS_OPTIONS, CONTEXT_OPTIONS, NAME_OPTIONS, STATS_OPTIONS],
  hintFor,
);
