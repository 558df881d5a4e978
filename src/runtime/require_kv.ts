import { globalValue } from "./global_value.ts";
import { ConfigurationError } from "../errors/configuration_error.ts";

/**
 * Makes sure that there is a Deno KV.
 *
 * @throws {ConfigurationError} If the runtime has no `Deno.openKv`.
 */
export function requireKv(): void {
  if (globalValue<{ readonly openKv?: unknown }>("Deno")?.openKv !== undefined) return;
  throw new ConfigurationError(
    'Cannot open the kv cache as Deno.openKv is missing: run Deno with --unstable-kv, or use the backend "sqlite" or "disk"',
  );
}
