/**
 * What a cache backend of your own is made of, where its store keeps texts: the form in which the backends of this library
 * keep an entry, and keys that any store can tell apart.
 *
 * @example
 * ```ts
 * import { type CacheBackend, decodeEntry, encodeEntry, plainKey } from "@opero/core/backend";
 * import { opero } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = new Map<string, string>();
 * const backend: CacheBackend = {
 *   get: (key) => decodeEntry(key, rows.get(plainKey(key)) ?? ""),
 *   set: (key, entry) => void rows.set(plainKey(key), encodeEntry(key, entry)),
 *   delete: (key) => rows.delete(plainKey(key)),
 *   clear: (prefix) => {
 *     for (const key of rows.keys()) if (key.startsWith(plainKey(prefix))) rows.delete(key);
 *   },
 * };
 *
 * const born = opero((name: string) => ({ name, on: new Date(0) }), { cache: true, cacheBackend: backend });
 * await born("Ada");
 * assertEquals((await born.withMeta("Ada")).meta.cache, "hit");
 * ```
 *
 * @module
 */
export { plainKey } from "./src/cache/backend/plain_key.ts";
export { decodeEntry, encodeEntry } from "./src/cache/codec/cache_codec.ts";
export type { CacheBackend, CacheClaim, CacheEntry } from "./src/cache/backend/cache_backend.ts";
export type { MaybePromise } from "./src/call/maybe_promise.ts";
