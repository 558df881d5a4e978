import { openRedis } from "../../cache/redis/open_redis.ts";
import { adoptRedisClient } from "../../cache/redis/redis_client.ts";
import { redisAddress, type RedisConfig, validateRedisConfig } from "../../cache/redis/redis_config.ts";
import type { LimitStore } from "../../limiter/store/limit_store.ts";
import { SystemClock } from "../../time/system_clock.ts";
import { RedisLimitStore } from "./redis_limit_store.ts";

const TASK = "open the redis limits";
const DEFAULT_KEY_PREFIX = "opero:";

/**
 * A store of rate limits in Redis 5 or later, for `store` of `rateLimit`. It connects when it is first used, and again after the
 * connection was lost. Each question is one script, whose time is the server's. Pauses by others arrive over a second connection;
 * over a client that is passed in they are asked for 40 times a second while calls wait. All keys begin with `keyPrefix` and
 * `limits:`, and expire by themselves.
 *
 * @param config Where the server is, or a client.
 * @returns The store; close it with `await using`, or by its `[Symbol.asyncDispose]()`.
 * @throws {ConfigurationError} If an option is wrong, or does not go with another.
 *
 * @example
 * ```ts
 * import { opero } from "@opero/core";
 * import { redisLimits } from "@opero/core/redis";
 *
 * await using store = redisLimits({ url: "redis://localhost:6379" });
 * const ask = opero(async function ask(prompt: string) {
 *   return await (await fetch("https://example.org", { method: "POST", body: prompt })).text();
 * }, { rateLimit: { limit: 60, per: "1m", key: "example.org", store } });
 * void ask;
 * ```
 */
export function redisLimits(config: RedisConfig = {}): LimitStore {
  validateRedisConfig(TASK, config);
  const { client, keyPrefix = DEFAULT_KEY_PREFIX } = config;
  const clock = new SystemClock();
  if (client !== undefined) {
    return new RedisLimitStore({ port: adoptRedisClient(client, TASK), keyPrefix, clock, createClient: undefined });
  }
  return new RedisLimitStore({ ...openRedis(TASK, redisAddress(config), clock), keyPrefix, clock });
}
