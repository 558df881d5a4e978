import { booleanFlag, nonEmptyString, oneOf } from "../options/validate.ts";
import { LAYERS_OPTIONS } from "../policy/custom_layers.ts";
import { type OptionTable, tableOf } from "../policy/option_table.ts";
import type { OptionSet } from "../policy/policy.ts";
import type { FilledOptions, OperoOptions } from "./opero_options.ts";
import { POLICIES } from "./pipeline.ts";

/** Options that switch on no layer. */
const SETTINGS: OptionSet = {
  rules: { context: oneOf(["sync", "async"]), name: nonEmptyString, stats: booleanFlag },
  defaults: { context: "sync", stats: false },
};

/** What is known of each option of `opero`. */
export const OPERO_TABLE: OptionTable<OperoOptions, FilledOptions> = tableOf([...POLICIES, LAYERS_OPTIONS, SETTINGS]);
