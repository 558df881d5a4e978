/**
 * The cache backend `"redis"`, and rate limits that processes share. Importing this module makes the name known; a client of its own, `npm:redis`, is loaded
 * when a cache or a store is opened, and not at all where a client is passed in.
 *
 * @example
 * ```ts ignore
 * import "@opero/core/redis";
 * import { opero } from "@opero/core";
 *
 * const getUser = opero(fetchUser, {
 *   cache: true,
 *   cacheTtl: "5m",
 *   cacheBackend: "redis",
 *   cacheBackendConfig: { url: "redis://localhost:6379" },
 * });
 * ```
 *
 * @module
 */
import { attachable } from "./src/cache/backend/attached_host.ts";
import type { CacheBackend, CacheBackendHost } from "./src/cache/backend/cache_backend.ts";
import { DEFAULT_MAX_ENTRY_BYTES, maxEntryBytesRule } from "./src/cache/backend/max_entry_bytes.ts";
import { provideCacheBackend } from "./src/engine/open_cache.ts";
import { openRedis } from "./src/cache/redis/open_redis.ts";
import { RedisCache } from "./src/cache/redis/redis_cache.ts";
import { adoptRedisClient } from "./src/cache/redis/redis_client.ts";
import { redisAddress, type RedisCacheConfig, validateRedisConfig } from "./src/cache/redis/redis_config.ts";
import type { Clock } from "./src/time/clock.ts";

export { RedisError } from "./src/cache/redis/redis_error.ts";
export type {
  DenoRedisClient,
  IoRedisClient,
  NodeRedisClient,
  NodeRedisCluster,
  RedisClient,
} from "./src/cache/redis/redis_client.ts";
export { redisLimits } from "./src/limit_stores/redis/redis_limits.ts";
export { redisEngine } from "./src/queue/redis/redis_engine.ts";
export type { RedisCacheConfig, RedisConfig } from "./src/cache/redis/redis_config.ts";
export type { CacheBackend, CacheClaim, CacheEntry } from "./src/cache/backend/cache_backend.ts";
export type { Booked, Booking, BookOptions, LimitStore, SettleOptions } from "./src/limiter/store/limit_store.ts";
export type {
  CallerLine,
  Delivery,
  Engine,
  Lane,
  ReplacementFrame,
  TaskAddress,
  WorkerLine,
} from "./src/queue/engine.ts";
export type { MaybePromise } from "./src/call/maybe_promise.ts";
export type { Duration } from "./src/time/duration.ts";

const TASK = "open the redis cache";
const DEFAULT_KEY_PREFIX = "opero:";

/**
 * A cache in Redis, for `cacheBackend`. It connects when it is first used, and again after the connection was lost; a
 * command that cannot be carried out fails at once and is not queued. It needs the permission to reach the server.
 *
 * @param config The options of the backend.
 * @returns The backend.
 * @throws {ConfigurationError} If an option is wrong, or does not go with another.
 *
 * @example
 * ```ts
 * import { redisCache } from "@opero/core/redis";
 * import { assertRejects } from "@std/assert";
 *
 * const cache = redisCache({ url: "redis://localhost:1", keyPrefix: "shop:" });
 * await assertRejects(async () => await cache.get("key"), Error, "Redis command CONNECT failed with ECONNREFUSED");
 * await cache.close?.();
 * ```
 */
export function redisCache(config: RedisCacheConfig = {}): CacheBackend {
  return attachable((host) => openRedisCache(config, host.clock));
}

provideCacheBackend("redis", (config, host: CacheBackendHost) => openRedisCache(config, host.clock));

function openRedisCache(config: RedisCacheConfig, clock: Clock): CacheBackend {
  validateRedisConfig(TASK, config, { maxEntryBytes: maxEntryBytesRule });
  const { client, keyPrefix = DEFAULT_KEY_PREFIX, maxEntryBytes = DEFAULT_MAX_ENTRY_BYTES } = config;
  const opened = client === undefined
    ? openRedis(TASK, redisAddress(config), clock)
    : { port: adoptRedisClient(client, TASK), createClient: undefined };
  return new RedisCache({ ...opened, keyPrefix, clock, maxEntryBytes });
}
