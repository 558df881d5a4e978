import type { ExtraPolicyName } from "./light_options.ts";

/** A policy for `createOpero({ policies })` of the light door, such as `cache` or `rateLimit`. */
export interface ExtraPolicy<Name extends ExtraPolicyName = ExtraPolicyName> {
  /** What it is called. */
  readonly name: Name;
  /** All that is known of it, which concerns the library alone. */
  readonly policy: object;
}
