import { globalValue } from "./global_value.ts";
import { ConfigurationError } from "../errors/configuration_error.ts";

/**
 * Makes sure that there is a Deno KV.
 *
 * @param task What cannot be done without it.
 * @param instead What may be used in its place.
 * @throws {ConfigurationError} If the runtime has no `Deno.openKv`.
 */
export function requireKv(task = "open the kv cache", instead = 'the backend "sqlite" or "disk"'): void {
  if (globalValue<{ readonly openKv?: unknown }>("Deno")?.openKv !== undefined) return;
  throw new ConfigurationError(
    `Cannot ${task} as Deno.openKv is missing: run Deno with --unstable-kv, or use ${instead}`,
  );
}
