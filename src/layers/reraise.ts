import { dropResponse } from "../call/drop_response.ts";
import type { Layer } from "../call/layer.ts";
import type { LayerHost } from "../attempt/layer_host.ts";

/**
 * Throws what the last attempt threw in place of this function's own `AllFailedError`.
 *
 * It stands around the fallback value and the cache, which look for an `AllFailedError`, and within the
 * signal. A call whose deadline came before any attempt failed has no error of its own to throw.
 */
export function reraiseLayer(host: LayerHost): Layer {
  return (next) => (call) =>
    next(call).then(
      (value) => {
        // Where a fallback value or an old one took its place, nobody gets what the last attempt threw.
        dropResponse((call.state?.servedBy ?? call).state?.attempts.at(-1)?.error);
        return value;
      },
      (error) => {
        throw host.failures.isOwn(error) && error.errors.length > 0 ? error.errors.at(-1) : error;
      },
    );
}
