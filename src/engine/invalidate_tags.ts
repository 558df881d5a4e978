import { nonEmptyString, wrongOption } from "../options/validate.ts";
import type { Registry } from "./registry.ts";

/**
 * Invalidates all results of an instance that bear one of `tags`.
 *
 * @param registry What the functions of the instance share.
 * @param tags The tags; each a text that is not empty.
 * @returns A promise that resolves when no result with one of the tags is served any more.
 * @throws {ConfigurationError} If one is no tag.
 * @throws {CacheError} If it could not be done in one of the backends.
 */
export async function invalidateTags(registry: Registry, tags: readonly string[]): Promise<void> {
  for (const tag of tags) {
    if (!nonEmptyString.accepts(tag)) {
      throw wrongOption("invalidate", "tag", { ...nonEmptyString, isPrivate: true }, tag);
    }
  }
  if (tags.length > 0) await registry.caches?.invalidateTags([...new Set(tags)], registry.random);
}
