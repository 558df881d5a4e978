import type { Duration } from "../../time/duration.ts";
import { parseDuration } from "../../time/duration.ts";
import {
  booleanFlag,
  either,
  nonEmptyString,
  nonNegativeInteger,
  numberThat,
  type OptionRules,
  plainObject,
  positiveDuration,
  validateOptions,
  wrongOption,
} from "../../options/validate.ts";
import type { RedisClient } from "./redis_client.ts";

/** Where a server is, or a client that knows it. */
export interface RedisConfig {
  /** `redis://user:password@host:port/db`, or `rediss://` for TLS. It takes the place of the options from `host` to `db`. */
  readonly url?: string | undefined;
  /**
   * The server's name or address.
   * @default "127.0.0.1"
   */
  readonly host?: string | undefined;
  /**
   * The server's port.
   * @default 6379
   */
  readonly port?: number | undefined;
  /**
   * The number of the database.
   * @default 0
   */
  readonly db?: number | undefined;
  /** The ACL user; without one a `password` is that of the server's default user. */
  readonly username?: string | undefined;
  /** The password. It is in no message and no log line. */
  readonly password?: string | undefined;
  /**
   * Encrypts the connection. An object holds options of `node:tls`, such as `ca`, `cert`, `key` and `servername`.
   * @default false
   */
  readonly tls?: boolean | Readonly<Record<string, unknown>> | undefined;
  /**
   * What every key begins with. Nothing but keys that begin with it is ever touched.
   * @default "opero:"
   */
  readonly keyPrefix?: string | undefined;
  /** A connected client of node-redis, ioredis or deno.land/x/redis, in place of all that says how to connect. It is left open. */
  readonly client?: RedisClient | undefined;
  /**
   * The limit of connecting and signing in.
   * @default "5s"
   */
  readonly connectTimeout?: Duration | undefined;
  /**
   * How long the server may owe replies and send none; then the connection is replaced.
   * @default "2s"
   */
  readonly replyTimeout?: Duration | undefined;
}

/** What `redisCache` and the backend `"redis"` take: where the server is, or a client that knows it. */
export interface RedisCacheConfig extends RedisConfig {
  /**
   * How large an entry may be, in bytes: a larger one is neither written nor read, but for its first 4 MB, where the
   * server lets us ask for a part of a value.
   * @default 67_108_864
   */
  readonly maxEntryBytes?: number | undefined;
}

/** Where a server is and how to sign in, resolved. */
export interface RedisAddress {
  /** Name or address. */
  readonly host: string;
  /** Port. */
  readonly port: number;
  /** Number of the database. */
  readonly db: number;
  /** ACL user. */
  readonly username: string | undefined;
  /** Password. */
  readonly password: string | undefined;
  /** Options of `node:tls`, or `undefined` for a plain connection. */
  readonly tls: Readonly<Record<string, unknown>> | undefined;
  /** Limit of connecting, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Limit of a silence in which answers are due, in milliseconds. */
  readonly replyTimeoutMs: number;
}

const ADDRESS_OPTIONS = ["host", "port", "db", "username", "password"] as const;
const CONNECTION_OPTIONS = ["url", ...ADDRESS_OPTIONS, "tls", "connectTimeout", "replyTimeout"] as const;
const DEFAULT_TIMEOUT = "2s";
const DEFAULT_CONNECT_TIMEOUT = "5s";

const privateText = { ...nonEmptyString, isPrivate: true };
const urlRule = {
  desired: "a URL of the form redis://user:password@host:port/db, or rediss:// for TLS",
  accepts: (value: unknown) => typeof value === "string" && parseUrl(value) !== undefined,
  isPrivate: true,
};

const RULES: OptionRules = {
  url: urlRule,
  host: nonEmptyString,
  port: numberThat("an integer from 1 to 65535", (port) => Number.isInteger(port) && port >= 1 && port <= 65_535),
  db: nonNegativeInteger,
  username: privateText,
  password: privateText,
  tls: { ...either(booleanFlag, plainObject), isPrivate: true },
  keyPrefix: nonEmptyString,
  client: plainObject,
  connectTimeout: positiveDuration,
  replyTimeout: positiveDuration,
};

/**
 * Checks the options, alone and together.
 *
 * @param task What fails if an option is wrong, for the message, as in `open the redis cache`.
 * @param config Where the server is, as a URL or in parts, the prefix, and the timeouts.
 * @param more The rules of options that not all have.
 * @throws {ConfigurationError} If one is wrong, or does not go with another.
 */
export function validateRedisConfig(task: string, config: RedisConfig, more: OptionRules = {}): void {
  validateOptions(task, config, { ...RULES, ...more });
  if (config.client !== undefined) refuseBeside(task, "client", CONNECTION_OPTIONS, config);
  if (config.url !== undefined) refuseBeside(task, "url", ADDRESS_OPTIONS, config);
  if (config.url !== undefined && config.tls === false && parseUrl(config.url)!.tls !== undefined) {
    throw wrongOption(task, "tls", { desired: "left out or true where 'url' begins with rediss://" }, false);
  }
}

/**
 * Where the server is that a valid `config` without a client names.
 *
 * @param config The options once they are checked: a URL that can be parsed, timeouts in seconds or with a unit.
 * @returns The address.
 */
export function redisAddress(config: RedisConfig): RedisAddress {
  const { url, host = "127.0.0.1", port = 6379, db = 0, username, password, tls = false } = config;
  const address = url === undefined ? { host, port, db, username, password, tls: undefined } : parseUrl(url)!;
  return {
    ...address,
    tls: typeof tls === "object" ? tls : tls ? {} : address.tls,
    connectTimeoutMs: parseDuration(config.connectTimeout ?? DEFAULT_CONNECT_TIMEOUT)!,
    replyTimeoutMs: parseDuration(config.replyTimeout ?? DEFAULT_TIMEOUT)!,
  };
}

function refuseBeside(
  task: string,
  chosen: string,
  options: readonly (keyof RedisConfig)[],
  config: RedisConfig,
): void {
  for (const option of options) {
    const rule = { desired: `left out where '${chosen}' is given`, isPrivate: true };
    if (config[option] !== undefined) throw wrongOption(task, option, rule, config[option]);
  }
}

/** `undefined` for what is no Redis URL; the runtime's own error would repeat the password. */
function parseUrl(text: string): Omit<RedisAddress, "connectTimeoutMs" | "replyTimeoutMs"> | undefined {
  const url = URL.parse(text);
  if (url === null || !/^rediss?:$/.test(url.protocol) || !/^\/?\d{0,9}$/.test(url.pathname)) return undefined;
  try {
    return {
      host: url.hostname.replace(/^\[(.*)\]$/, "$1") || "127.0.0.1",
      port: Number(url.port || 6379),
      db: Number(url.pathname.slice(1)),
      username: decodeURIComponent(url.username) || undefined,
      password: decodeURIComponent(url.password) || undefined,
      tls: url.protocol === "rediss:" ? {} : undefined,
    };
  } catch {
    return undefined;
  }
}
