import { builtinModule } from "./builtin_module.ts";
import { isRequestBound } from "./request_bound.ts";

/**
 * Whether workers can be given permissions of their own at all, which Deno alone can.
 *
 * @returns `true` on Deno.
 */
export function hasWorkerPermissions(): boolean {
  return "Deno" in globalThis;
}

/**
 * Whether the platform has workers of any kind. Cloudflare's has the names of all of them, and no worker behind any.
 *
 * @returns `true` if workers can be started.
 */
export function hasWorkers(): boolean {
  if (isRequestBound()) return false;
  return typeof Worker === "function" ||
    builtinModule<{ Worker?: unknown }>("node:worker_threads")?.Worker !== undefined;
}
