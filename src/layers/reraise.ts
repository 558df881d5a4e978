import { dropResponse } from "../call/drop_response.ts";
import type { Layer } from "../call/layer.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import { booleanFlag } from "../options/validate.ts";
import { definePolicy, type Filled, type Policy } from "../policy/policy.ts";

/** Which error a call ends with. */
export interface ReraiseOptions {
  /**
   * Whether the call rejects with the last attempt's own error in place of an `AllFailedError`.
   * @default false
   */
  readonly reraise?: boolean | undefined;
}

/** The same with the default. */
export type FilledReraiseOptions = Filled<ReraiseOptions, "reraise">;

/** The last attempt's own error in place of an `AllFailedError`. */
export const reraisePolicy: Policy = definePolicy<ReraiseOptions, "reraise">({
  name: "reraise",
  isOnFailureOnly: true,
  rules: { reraise: booleanFlag },
  defaults: { reraise: false },
  resolve: ({ reraise }, host) => reraise ? reraiseLayer(host) : undefined,
});

/**
 * Throws what the last attempt threw in place of this function's own `AllFailedError`.
 *
 * It stands around the fallback value and the cache, which look for an `AllFailedError`, and within the
 * signal. A call whose deadline came before any attempt failed has no error of its own to throw.
 *
 * @param host What the instance provides for the layers.
 * @returns The layer.
 */
export function reraiseLayer(host: LayerHost): Layer {
  return (next) => (call) =>
    next(call).then(
      (value) => {
        // Where a fallback value or an old one took its place, what the last attempt threw reaches no caller.
        dropResponse((call.state?.servedBy ?? call).state?.attempts.at(-1)?.error);
        return value;
      },
      (error) => {
        throw host.failures.isOwn(error) && error.errors.length > 0 ? error.errors.at(-1) : error;
      },
    );
}
