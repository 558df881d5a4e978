import { type KvDatabase, kvFileIdentity, openKv } from "../../runtime/kv.ts";
import type { Clock } from "../../time/clock.ts";
import type { CacheBackend } from "../backend/cache_backend.ts";
import { KvSource } from "./kv_source.ts";
import { KvStore } from "./kv_store.ts";

/** Where a kv cache is, and what it may hold; all of it is validated. */
export interface KvStoreOptions {
  /** The file of the database. */
  readonly path: string | undefined;
  /** The database where an open one was passed in. */
  readonly kv: KvDatabase | undefined;
  /** How many bytes an entry takes at most. */
  readonly maxEntryBytes: number;
}

/**
 * Opens the kv cache; the database itself is opened when it is first used.
 *
 * @param options The path of the database or the open one, and how many bytes an entry may have.
 * @param clock The clock by which entries expire.
 * @returns The backend.
 */
export function openKvStore({ path, kv, maxEntryBytes }: KvStoreOptions, clock: Clock): CacheBackend {
  const source = kv === undefined
    ? { open: () => openKv(path), identity: () => kvFileIdentity(path), isOwned: true, clock }
    : { open: () => Promise.resolve(kv), identity: () => undefined, isOwned: false, clock };
  return new KvStore(new KvSource(source), maxEntryBytes, clock);
}
