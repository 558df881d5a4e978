/**
 * Whether timers and promises belong to the request that made them, and end with it, while what the module holds is shared
 * by all requests: so it is in Cloudflare's workers. There no call may depend on what another has set in motion, a request
 * in which nothing is under way is ended, and a promise of one that has ended rejects in all others.
 *
 * @returns `true` on such a platform.
 */
export function isRequestBound(): boolean {
  // Costs nothing, unlike the name that `navigator` bears, and no other platform has it.
  return "WebSocketPair" in globalThis;
}
