import type { Clock } from "../../time/clock.ts";
import type { CacheBackend, CacheEntry } from "../backend/cache_backend.ts";
import { decodeEntry, encodeEntry } from "../codec/cache_codec.ts";
import { KvPending } from "./kv_pending.ts";
import { keyBytes, type KvPlace, kvPlace, rangesOf, unsureRangeOf } from "./kv_place.ts";
import { joinBytes, KvRecords } from "./kv_records.ts";
import type { KvSource } from "./kv_source.ts";

/** The database refuses an expiry in the very far future; such an entry is left to be cleared. */
const MAX_LIFETIME_MS = 1e14;

/**
 * Entries as texts in a Deno KV. Parts of a value that a program left without a record when it was killed go when they
 * expire, or with the next clear.
 */
export class KvStore implements CacheBackend {
  readonly #source: KvSource;
  readonly #maxEntryBytes: number;
  readonly #clock: Clock;
  readonly #pending = new KvPending();

  /** A cache in the database of `source`, of entries of up to `maxEntryBytes`. */
  constructor(source: KvSource, maxEntryBytes: number, clock: Clock) {
    this.#source = source;
    this.#maxEntryBytes = maxEntryBytes;
    this.#clock = clock;
  }

  /** The entry under `key`, if it is whole and still of use. The database removes what has expired at its leisure. */
  async get(key: string): Promise<CacheEntry | undefined> {
    const place = await kvPlace(key);
    const bytes = await this.#use((records) => records.read(place, this.#maxBytesAt(place)));
    if (bytes === undefined) return undefined;
    const text = new TextDecoder().decode(bytes.subarray(place.longKey.length));
    const entry = decodeEntry(key, text, this.#maxEntryBytes);
    return entry !== undefined && entry.staleUntil > this.#clock.wallNow() ? entry : undefined;
  }

  /** Keeps `entry` until its `staleUntil`. */
  async set(key: string, entry: CacheEntry): Promise<void> {
    const lifetimeMs = Math.ceil(entry.staleUntil - this.#clock.wallNow());
    if (lifetimeMs <= 0) {
      await this.delete(key);
      return;
    }
    const text = await this.#textOf(key, entry);
    const expiry = lifetimeMs <= MAX_LIFETIME_MS ? { expireIn: lifetimeMs } : {};
    await this.#pending.run(key, async (pending) => {
      const place = await kvPlace(key);
      const bytes = joinBytes([place.longKey, new TextEncoder().encode(text)]);
      await this.#use((records) => records.write(place, bytes, expiry, pending));
    });
  }

  /** Removes the entry under `key`. */
  async delete(key: string): Promise<boolean> {
    await this.#pending.cancel(key);
    const place = await kvPlace(key);
    return await this.#use((records) => records.delete(place));
  }

  /** Removes the entries whose keys begin with `prefix`. */
  async clear(prefix: string): Promise<void> {
    await this.#pending.cancelUnder(prefix);
    await this.#use((records) => this.#clearRecords(records, keyBytes(prefix)));
  }

  /** Closes the database, unless it was passed in. */
  async close(): Promise<void> {
    await this.#source.close();
  }

  async #clearRecords(records: KvRecords, prefix: Uint8Array): Promise<void> {
    for (const range of rangesOf(prefix)) await records.deleteRange(range);
    const unsure = unsureRangeOf(prefix);
    if (unsure === undefined) return;
    for await (const { place, bytes } of records.list(unsure, Infinity)) {
      // A torn record has no readable key, and is useless.
      if (bytes === undefined || startsWith(bytes, prefix)) await records.delete(place);
    }
  }

  /** Where the new value cannot be kept, the old one is none any more. */
  async #textOf(key: string, entry: CacheEntry): Promise<string> {
    try {
      return encodeEntry(key, entry, this.#maxEntryBytes);
    } catch (error) {
      await this.delete(key);
      throw error;
    }
  }

  /** A long key lies before the entry. */
  #maxBytesAt({ longKey }: KvPlace): number {
    return this.#maxEntryBytes + longKey.length;
  }

  #use<R>(work: (records: KvRecords) => Promise<R>): Promise<R> {
    return this.#source.use((kv) => work(new KvRecords(kv, this.#clock)));
  }
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}
