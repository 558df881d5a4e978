import { ConfigurationError } from "../../errors/configuration_error.ts";
import type { Clock } from "../../time/clock.ts";
import { plainKey } from "../backend/plain_key.ts";
import type { CacheBackend, CacheEntry } from "../backend/cache_backend.ts";
import { decodeEntry, encodeEntry } from "../codec/cache_codec.ts";
import type { KeyvLike } from "./keyv_like.ts";

/** What every key begins with. */
const KEY_PREFIX = "opero:";
/** A key of ours, at the end of what an iterator gives: some versions of Keyv take away more or less than the namespace. */
const OWN_KEY = /(?:^|:)opero:([^:]*)$/;
/** Stands in for an entry to tell whether an iterator gives what is there; no plain key is the same. */
const PROBE = "\\probe";
const PROBE_TTL_MS = 60_000;
/** The prefix once more, so that one is left when such a version took the first for a namespace. */
const STORED_PREFIX = KEY_PREFIX + KEY_PREFIX;

/** Entries as texts in a Keyv instance. */
export class KeyvStore implements CacheBackend {
  readonly #keyv: KeyvLike;
  readonly #clock: Clock;

  /** Keeps entries in `keyv`. */
  constructor(keyv: KeyvLike, clock: Clock) {
    this.#keyv = keyv;
    this.#clock = clock;
  }

  async get(key: string): Promise<CacheEntry | undefined> {
    const text = await this.#keyv.get(STORED_PREFIX + ownKey(key));
    return typeof text === "string" ? decodeEntry(key, text) : undefined;
  }

  async set(key: string, entry: CacheEntry): Promise<void> {
    const text = encodeEntry(key, entry);
    const lifetimeMs = Math.ceil(entry.staleUntil - this.#clock.wallNow());
    if (lifetimeMs <= 0) {
      await this.delete(key);
      return;
    }
    const isKept = await this.#keyv.set(
      STORED_PREFIX + ownKey(key),
      text,
      Number.isFinite(lifetimeMs) ? lifetimeMs : 0,
    );
    if (isKept === false) throw new Error("The Keyv store failed to keep an entry");
  }

  async delete(key: string): Promise<boolean> {
    return await this.#keyv.delete(STORED_PREFIX + ownKey(key));
  }

  async clear(prefix: string): Promise<void> {
    const wanted = ownKey(prefix);
    for (const key of await this.#ownKeys()) {
      if (key.startsWith(wanted)) await this.#keyv.delete(STORED_PREFIX + key);
    }
  }

  /** All keys, gathered before one is deleted: a store need not bear that while it is gone through. */
  async #ownKeys(): Promise<string[]> {
    await this.#keyv.set(STORED_PREFIX + PROBE, "", PROBE_TTL_MS);
    const keys: string[] = [];
    for await (const item of this.#keyv.iterator?.() ?? []) {
      const key = OWN_KEY.exec(String((item as [unknown])[0]))?.[1];
      if (key !== undefined) keys.push(key);
    }
    await this.#keyv.delete(STORED_PREFIX + PROBE);
    // Some stores have an iterator, and it gives nothing.
    if (keys.includes(PROBE)) return keys;
    throw new ConfigurationError(
      "Cannot clear the cache as the Keyv store has no iterator: use one that has, or let entries expire by 'cacheTtl'",
    );
  }
}

/** A plain key without the colon, at which Keyv splits. */
function ownKey(key: string): string {
  return plainKey(key).replaceAll(":", "\\003a");
}
