import { nonEmptyString, oneOf } from "../options/validate.ts";
import type { OptionSet } from "../policy/policy.ts";

/** Options that every door has, and that switch on no layer. */
export const CALL_SETTINGS: OptionSet = {
  rules: { context: oneOf(["sync", "async"]), name: nonEmptyString },
  defaults: { context: "sync" },
};
