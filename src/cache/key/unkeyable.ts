import { ConfigurationError } from "../../errors/configuration_error.ts";
import { describeKind } from "../../options/describe_value.ts";

/**
 * The error for an argument that has no key.
 *
 * @param value The argument, or the part of one, that has no key.
 * @returns The error, to be thrown.
 */
export function unkeyable(value: unknown): ConfigurationError {
  return new ConfigurationError(
    `Cannot build a key of the arguments as 'cacheKey' (or 'rateLimitKey') must be given for an argument that holds ` +
      `what cannot be compared by value: received ${describeKind(value)}`,
  );
}
