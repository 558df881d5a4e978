import type { Clock } from "../../clock.ts";
import type { KvDatabase } from "../../runtime/kv.ts";
import type { CacheBackend, CacheEntry } from "../cache_backend.ts";
import { decodeEntry, encodeEntry } from "../codec/cache_codec.ts";
import { keyBytes, kvPlace, kvPlaceAt, rangesOf, unsureRangeOf } from "./kv_place.ts";
import { joinBytes, type KvExpiry, KvRecords } from "./kv_records.ts";

/** The database refuses an expiry in the very far future; such an entry is left to be cleared. */
const MAX_LIFETIME_MS = 1e14;

/** A write under way. */
interface Write {
  readonly key: string;
  isWanted: boolean;
  readonly done: Promise<void>;
}

/**
 * Entries as texts in a Deno KV. Parts of a value that a program left without a record when it was killed go when they
 * expire, or with the next clear.
 */
export class KvStore implements CacheBackend {
  readonly #open: () => Promise<KvDatabase>;
  readonly #isOwned: boolean;
  readonly #clock: Clock;
  readonly #maxEntryBytes: number;
  readonly #writes = new Set<Write>();
  #opening: Promise<KvDatabase> | undefined = undefined;
  #isClosed = false;

  /** A cache in the database that `open` opens; it is closed with the cache where `isOwned`. */
  constructor(open: () => Promise<KvDatabase>, isOwned: boolean, clock: Clock, maxEntryBytes: number) {
    this.#open = open;
    this.#isOwned = isOwned;
    this.#clock = clock;
    this.#maxEntryBytes = maxEntryBytes;
  }

  /** The entry under `key`, if it is whole and still of use. The database removes what has expired at its leisure. */
  async get(key: string): Promise<CacheEntry | undefined> {
    const records = await this.#records();
    const place = await kvPlace(key);
    const bytes = await records.read(place, place.longKey.length + this.#maxEntryBytes);
    if (bytes === undefined) return undefined;
    const entry = decodeEntry(key, new TextDecoder().decode(bytes.subarray(place.longKey.length)), this.#maxEntryBytes);
    return entry !== undefined && entry.staleUntil > this.#clock.wallNow() ? entry : undefined;
  }

  /** Keeps `entry` until its `staleUntil`. */
  async set(key: string, entry: CacheEntry): Promise<void> {
    const text = new TextEncoder().encode(encodeEntry(key, entry, this.#maxEntryBytes));
    const lifetimeMs = Math.ceil(entry.staleUntil - this.#clock.wallNow());
    if (lifetimeMs <= 0) {
      await this.delete(key);
      return;
    }
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const write: Write = { key, isWanted: true, done };
    this.#writes.add(write);
    try {
      await this.#write(write, text, lifetimeMs <= MAX_LIFETIME_MS ? { expireIn: lifetimeMs } : {});
    } finally {
      this.#writes.delete(write);
      resolve();
    }
  }

  /** Removes the entry under `key`. */
  async delete(key: string): Promise<boolean> {
    await this.#endWrites((written) => written === key);
    const records = await this.#records();
    return await records.delete(await kvPlace(key));
  }

  /** Removes the entries whose keys begin with `prefix`. */
  async clear(prefix: string): Promise<void> {
    await this.#endWrites((written) => written.startsWith(prefix));
    const records = await this.#records();
    const bytes = keyBytes(prefix);
    for (const range of rangesOf(bytes)) await records.deleteRange(range);
    const unsure = unsureRangeOf(bytes);
    if (unsure === undefined) return;
    for await (const { place, bytes: found } of records.list(unsure, kvPlaceAt)) {
      // What is torn cannot tell its key, and is of no use to anybody.
      if (found === undefined || startsWith(found, bytes)) await records.delete(place);
    }
  }

  /** Closes the database, unless it was handed in. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const opening = this.#opening;
    this.#opening = undefined;
    if (this.#isOwned) await opening?.then((kv) => kv.close(), () => {});
  }

  async #write(write: Write, text: Uint8Array, expiry: KvExpiry): Promise<void> {
    const records = await this.#records();
    const place = await kvPlace(write.key);
    await records.write(place, joinBytes([place.longKey, text]), expiry, () => write.isWanted);
  }

  /** What began before a removal must not land behind it. */
  async #endWrites(isRemoved: (key: string) => boolean): Promise<void> {
    const ended = [...this.#writes].filter(({ key }) => isRemoved(key));
    for (const write of ended) write.isWanted = false;
    await Promise.all(ended.map(({ done }) => done));
  }

  async #records(): Promise<KvRecords> {
    if (this.#isClosed) throw new Error("The kv cache is closed");
    this.#opening ??= this.#open().catch((error) => {
      this.#opening = undefined;
      throw error;
    });
    return new KvRecords(await this.#opening, this.#clock);
  }
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}
