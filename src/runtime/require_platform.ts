import { ConfigurationError } from "../errors/configuration_error.ts";
import { globalValue } from "./global_value.ts";

interface DenoLike {
  readonly version?: { readonly deno?: string };
}

interface BunLike {
  readonly version?: string;
}

/** Versions of Deno, and of Bun behind a space: older ones have all that can be looked for, and fail all the same. */
const OLD = /^([01]|2\.[0-4])\.| (0|1\.[0-2])\./;

/**
 * Refuses a runtime that lacks what the library is built on, which would fail later and say nothing.
 *
 * @throws {ConfigurationError} If the runtime is too old.
 */
export function requirePlatform(): void {
  const versions = `${globalValue<DenoLike>("Deno")?.version?.deno} ${globalValue<BunLike>("Bun")?.version}`;
  if (typeof FinalizationRegistry === "function" && "withResolvers" in Promise && !OLD.test(versions)) return;
  throw new ConfigurationError(
    "Cannot load @opero/core as this runtime is too old: use Deno 2.5, Node 22.13, Bun 1.3, a browser of 2024, " +
      "a compatibility_date of 2025-05-05, or later",
  );
}
