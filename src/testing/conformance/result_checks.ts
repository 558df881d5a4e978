import type { CacheBackend } from "../../cache/backend/cache_backend.ts";
import { createOpero, type OperoInstance } from "../../create_opero.ts";
import { type Check, type CheckedStore, expect } from "./check.ts";

/** What functions make of a backend. */
export const RESULT_CHECKS: readonly Check[] = [
  { name: "serves results until a tag of theirs is invalidated", run: checkTags },
];

async function checkTags(store: CheckedStore): Promise<void> {
  const backend = await store.open();
  const [one, two] = [createOpero(), createOpero()];
  const [readOne, readTwo] = [readerIn(one, backend), readerIn(two, backend)];
  expect(await readOne() === "miss" && await readTwo() === "hit", "a tagged result must be kept");
  await two.invalidateTags("other");
  expect(await readOne() === "hit", "a tagged result must be served until one of its tags is invalidated");
  await two.invalidateTags("tag");
  expect(await readOne() === "miss", "a result must not be served once a tag of it is invalidated");
  expect(await readTwo() === "hit", "the next result must be kept");
  await Promise.all([one.close(), two.close()]);
}

/** Answers what the cache did for a call. */
function readerIn({ opero }: OperoInstance, cacheBackend: CacheBackend): () => Promise<string> {
  const fn = opero((id: string) => [id], {
    cache: true,
    cacheId: "conformance",
    cacheBackend,
    cacheTtl: "1h",
    cacheTimeout: "5s",
    cacheTags: () => ["tag"],
  });
  return async () => (await fn.withMeta("a")).meta.cache;
}
