import { ConfigurationError } from "../errors/configuration_error.ts";
import { globalValue } from "./global_value.ts";

interface Versioned {
  readonly version?: { readonly deno?: string };
}

/**
 * Refuses a runtime that lacks what the library is built on, which would fail later and say nothing.
 *
 * @throws {ConfigurationError} If the runtime is too old.
 */
export function requirePlatform(): void {
  const isThere = typeof FinalizationRegistry === "function" && "withResolvers" in Promise;
  if (isThere && isSince("Deno", 2_005) && isSince("Bun", 1_003)) return;
  throw new ConfigurationError(
    "Cannot load @opero/core as this runtime is too old: use Deno 2.5, Node 22.13, Bun 1.3, a browser of 2024 or later, " +
      "or a compatibility date of Cloudflare Workers from 2025-05-05",
  );
}

/** Asks for the version, major and minor as one number: older ones have all that can be looked for, and fail all the same. */
function isSince(name: string, oldest: number): boolean {
  const version = globalValue<Versioned>(name)?.version;
  // That of Bun is a text itself.
  const [major, minor] = String(version?.deno ?? version ?? "9.0").split(".");
  return Number(major) * 1_000 + Number(minor) >= oldest;
}
