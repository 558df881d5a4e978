/**
 * The cache backend `"redis"`. Importing this module makes the name known; a client of its own, `npm:redis`, is loaded
 * when a cache is opened, and not at all where a client is passed in.
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
import { DEFAULT_MAX_ENTRY_BYTES } from "./src/cache/backend/max_entry_bytes.ts";
import { provideCacheBackend } from "./src/engine/open_cache.ts";
import { RedisCache } from "./src/cache/redis/redis_cache.ts";
import { adoptRedisClient } from "./src/cache/redis/redis_client.ts";
import {
  REDIS_TASK,
  type RedisAddress,
  redisAddress,
  type RedisCacheConfig,
  validateRedisConfig,
} from "./src/cache/redis/redis_config.ts";
import { RedisConnection } from "./src/cache/redis/redis_connection.ts";
import type { OwnedRedisClient } from "./src/cache/redis/redis_session.ts";
import type { Clock } from "./src/time/clock.ts";
import { ConfigurationError } from "./src/errors.ts";
import { npmPackage } from "./src/runtime/npm_package.ts";

export { RedisError } from "./src/cache/redis/redis_error.ts";
export type {
  DenoRedisClient,
  IoRedisClient,
  NodeRedisClient,
  NodeRedisCluster,
  RedisClient,
} from "./src/cache/redis/redis_client.ts";
export type { RedisCacheConfig } from "./src/cache/redis/redis_config.ts";
export type { CacheBackend, CacheEntry } from "./src/cache/backend/cache_backend.ts";
export type { MaybePromise } from "./src/call/maybe_promise.ts";
export type { Duration } from "./src/time/duration.ts";

/** The version that this backend is tested with. */
const REDIS_VERSION = "6.3.1";

const DEFAULT_KEY_PREFIX = "opero:";

interface RedisModule {
  createClient(options: Record<string, unknown>): OwnedRedisClient;
}

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
  validateRedisConfig(config);
  const { client, keyPrefix = DEFAULT_KEY_PREFIX, maxEntryBytes = DEFAULT_MAX_ENTRY_BYTES } = config;
  const port = client === undefined ? connect(redisAddress(config), clock) : adoptRedisClient(client, REDIS_TASK);
  return new RedisCache(port, keyPrefix, clock, maxEntryBytes);
}

function connect(address: RedisAddress, clock: Clock): RedisConnection {
  const { connectTimeoutMs, replyTimeoutMs } = address;
  // Begun now, as it may take longer than a call waits for its cache; the call that needs it gets a failure.
  const loading = loadRedis();
  loading.catch(() => {});
  const createClient = async () => (await loading.catch(loadRedis)).createClient(clientOptions(address));
  return new RedisConnection({ createClient, connectTimeoutMs, replyTimeoutMs, clock });
}

async function loadRedis(): Promise<RedisModule> {
  try {
    return await import(npmPackage("redis", REDIS_VERSION));
  } catch (cause) {
    const remedy = "install it (npm install redis), or pass a connected client as 'client'";
    throw new ConfigurationError(`Cannot open the redis cache as the npm package redis cannot be loaded: ${remedy}`, {
      cause,
    });
  }
}

/** Options of `createClient`. Its own reconnecting, queueing and time limits are off: the connection has its own. */
function clientOptions({ host, port, db, username, password, tls, connectTimeoutMs }: RedisAddress) {
  return {
    RESP: 2, // Servers before version 6 and many proxies know no other.
    username,
    password,
    database: db,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: "disabled",
    commandOptions: { timeout: undefined },
    socket: {
      ...tls,
      host,
      port,
      tls: tls !== undefined,
      reconnectStrategy: false,
      connectTimeout: Math.min(connectTimeoutMs, 2 ** 31 - 1),
    },
  };
}
