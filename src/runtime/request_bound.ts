import { globalValue } from "./global_value.ts";

/**
 * Whether timers and promises belong to the request that made them, and end with it, while what the module holds is shared
 * by all requests: so it is in Cloudflare's workers. There no call may depend on what another has set in motion, a request
 * in which nothing is under way is ended, and a promise of one that has ended rejects in all others.
 *
 * @returns `true` on such a platform.
 */
export function isRequestBound(): boolean {
  // Asked first, as it costs nothing where it is missing.
  if (!("WebSocketPair" in globalThis)) return false;
  return globalValue<{ readonly userAgent?: unknown }>("navigator")?.userAgent === "Cloudflare-Workers";
}
