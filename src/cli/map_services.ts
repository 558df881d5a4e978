import { redisLimits } from "../limit_stores/redis/redis_limits.ts";
import { sqliteLimits } from "../limit_stores/sqlite/sqlite_limits.ts";
import type { LimitStore } from "../limiter/store/limit_store.ts";
import type { Engine } from "../queue/engine.ts";
import type { HostProcess } from "../runtime/host_process.ts";
import { engineOf } from "./engine_of.ts";
import type { MapFlags } from "./map_flags.ts";
import { UsageError } from "./usage_error.ts";

/** What a run shares with other processes. */
export interface MapServices {
  /** What moves the items to workers on other machines. */
  readonly engine?: Engine;
  /** Where the limits of `--rate` are kept. */
  readonly store?: LimitStore;
}

/**
 * Whether the items run on other machines.
 *
 * @param flags What was given.
 * @returns `true` for `--mode cluster`, and for `--engine` without a mode.
 */
export function isClustered({ mode, engine }: MapFlags): boolean {
  return mode === "cluster" || (mode === undefined && engine !== undefined);
}

/**
 * Opens what a run shares with other processes, as far as flags ask for it. Nothing is connected before it is used.
 *
 * @param flags What was given.
 * @param host The process.
 * @returns What was opened, to be closed by {@link closeServices}.
 * @throws {UsageError} If an address is none.
 */
export async function openServices(flags: MapFlags, host: HostProcess): Promise<MapServices> {
  const { "rate-store": place } = flags;
  return {
    ...(isClustered(flags) && { engine: await engineOf(flags.engine, host) }),
    ...(place !== undefined && { store: storeAt(place) }),
  };
}

/**
 * Closes what was opened.
 *
 * @param services What was opened.
 */
export async function closeServices({ engine, store }: MapServices): Promise<void> {
  await engine?.close();
  await store?.[Symbol.asyncDispose]();
}

/** Words that name a store, and are hardly meant as the file of one. */
const STORE_NAMES = /^(?:redis|sqlite|kv|postgres|nats|memory)$/i;

function storeAt(place: string): LimitStore {
  const isRedis = /^rediss?:\/\//i.test(place);
  if (!isRedis && !/^\w+:\/\//.test(place) && !STORE_NAMES.test(place)) return sqliteLimits(place);
  try {
    if (isRedis) return redisLimits({ url: place });
  } catch (error) {
    throw wrongStore(error);
  }
  throw wrongStore();
}

/** What was given is not repeated, as a password may stand in it. */
function wrongStore(cause?: unknown): UsageError {
  const desired = "the address of a Redis server, such as redis://limits:6379, or the file of an SQLite database, " +
    "such as limits.sqlite";
  const remedy =
    "for another store, such as postgresLimits(sql) or kvLimits(), leave --rate and --rate-store out and let " +
    "the module's function call one that opero() wraps with { retries: 0, rateLimit: { limit, key, store } }";
  return new UsageError(`--rate-store must be ${desired}; ${remedy}`, { cause });
}
