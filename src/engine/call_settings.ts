import { booleanFlag, nonEmptyString, oneOf } from "../options/validate.ts";
import type { OptionSet } from "../policy/policy.ts";

/** The option `name`, which every door has. */
export const NAME_OPTIONS: OptionSet = { rules: { name: nonEmptyString }, defaults: {} };

/** The option `context`. */
export const CONTEXT_OPTIONS: OptionSet = {
  rules: { context: /* @__PURE__ */ oneOf(["sync", "async"]) },
  defaults: { context: "sync" },
};

/** The option `stats`. */
export const STATS_OPTIONS: OptionSet = { rules: { stats: booleanFlag }, defaults: { stats: false } };
