export * from "./src/errors.ts";
export type {
  CacheBackend,
  CacheBackendFactory,
  CacheBackendHost,
  CacheEntry,
  MaybePromise,
} from "./src/cache/cache_backend.ts";
