import { booleanFlag } from "../options/validate.ts";
import { hintFor } from "../options/peer_names.ts";
import { LAYERS_OPTIONS } from "../policy/custom_layers.ts";
import { type OptionTable, tableOf } from "../policy/option_table.ts";
import type { OptionSet } from "../policy/policy.ts";
import { CALL_SETTINGS } from "./call_settings.ts";
import type { FilledOptions, OperoOptions } from "./opero_options.ts";
import { POLICIES } from "./policies.ts";

const STATS_OPTIONS: OptionSet = { rules: { stats: booleanFlag }, defaults: { stats: false } };

/** What is known of each option of `opero`. */
export const OPERO_TABLE: OptionTable<OperoOptions, FilledOptions> = tableOf(
  [...POLICIES, LAYERS_OPTIONS, CALL_SETTINGS, STATS_OPTIONS],
  hintFor,
);
