import type { LimitStore } from "../../limiter/store/limit_store.ts";
import { type KvDatabase, openKv } from "../../runtime/kv.ts";
import { SystemClock } from "../../time/system_clock.ts";
import { KvLimitStore } from "./kv_limit_store.ts";

/**
 * Opens the limits in a database, which is opened when they are first used.
 *
 * @param path The file of the database; `undefined` for the script's own.
 * @param kv An open one in its place, which is left open.
 * @returns The store.
 */
export function openKvLimits(path: string | undefined, kv: KvDatabase | undefined): LimitStore {
  const open = () => kv === undefined ? openKv(path) : Promise.resolve(kv);
  return new KvLimitStore(open, kv === undefined, new SystemClock(), Math.random);
}
