import { nonEmptyString, wrongOption } from "../options/validate.ts";
import type { Registry } from "./registry.ts";

/**
 * Removes all results of an instance in `namespace`, and in no other.
 *
 * @param registry What the functions of the instance share.
 * @param namespace The namespace; by default the one that functions have that give none.
 * @returns A promise that resolves when the results are removed.
 * @throws {ConfigurationError} If that is no name.
 * @throws {CacheError} If they could not be removed from one of the backends.
 */
export async function clearCache(registry: Registry, namespace?: string): Promise<void> {
  if (namespace !== undefined && !nonEmptyString.accepts(namespace)) {
    throw wrongOption("clear the cache", "namespace", nonEmptyString, namespace);
  }
  await registry.caches?.clear(namespace);
}
