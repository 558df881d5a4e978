import { ConfigurationError } from "../errors/configuration_error.ts";

/**
 * Refuses a runtime that lacks what the library is built on, which would fail later and say nothing.
 *
 * @throws {ConfigurationError} If the runtime is too old.
 */
export function requirePlatform(): void {
  if (typeof FinalizationRegistry === "function" && "withResolvers" in Promise) return;
  throw new ConfigurationError(
    "Cannot load @opero/core as this runtime is too old: use Deno 2.5, Node 22.13, Bun 1.3, a browser of 2024 or later, " +
      "or a compatibility date of Cloudflare Workers from 2025-05-05",
  );
}
