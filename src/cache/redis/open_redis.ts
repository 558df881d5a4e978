import { ConfigurationError } from "../../errors/configuration_error.ts";
import { npmPackage } from "../../runtime/npm_package.ts";
import type { Clock } from "../../time/clock.ts";
import type { RedisAddress } from "./redis_config.ts";
import { RedisConnection } from "./redis_connection.ts";
import type { OwnedRedisClient } from "./redis_session.ts";

/** The version that is tested with. */
const REDIS_VERSION = "6.3.1";

interface RedisModule {
  createClient(options: Record<string, unknown>): OwnedRedisClient;
}

/** A connection of the library's own, and what makes further clients of the same server. */
export interface OpenedRedis {
  readonly port: RedisConnection;
  readonly createClient: () => Promise<OwnedRedisClient>;
}

/**
 * A connection of the library's own, which is made when it is first used.
 *
 * @param task What cannot be done without the package, for the message.
 * @param address Where the server is.
 * @param clock Where time comes from.
 * @returns The connection.
 */
export function openRedis(task: string, address: RedisAddress, clock: Clock): OpenedRedis {
  const { connectTimeoutMs, replyTimeoutMs } = address;
  // Begun now, as it may take longer than a call waits for its answer; the call that needs it gets a failure.
  const loading = loadRedis(task);
  loading.catch(() => {});
  const createClient = async () => {
    return (await loading.catch(() => loadRedis(task))).createClient(clientOptions(address));
  };
  return { port: new RedisConnection({ createClient, connectTimeoutMs, replyTimeoutMs, clock }), createClient };
}

async function loadRedis(task: string): Promise<RedisModule> {
  try {
    return await import(npmPackage("redis", REDIS_VERSION));
  } catch (cause) {
    const remedy = "install it (npm install redis), or pass a connected client as 'client'";
    throw new ConfigurationError(`Cannot ${task} as the npm package redis cannot be loaded: ${remedy}`, { cause });
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
