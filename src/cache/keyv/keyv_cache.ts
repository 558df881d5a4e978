import { ConfigurationError } from "../../errors/configuration_error.ts";
import { wrongOption } from "../../options/validate.ts";
import type { Clock } from "../../time/clock.ts";
import { attachable } from "../backend/attached_host.ts";
import type { CacheBackend, CacheEntry } from "../backend/cache_backend.ts";
import { decodeEntry, encodeEntry } from "../codec/cache_codec.ts";
import { plainKey } from "../backend/plain_key.ts";

/** What {@link fromKeyv} needs of a `Keyv`. */
export interface KeyvLike {
  /** The value under a key, or `undefined`. */
  get(key: string): Promise<unknown>;
  /** Keeps a value for `ttl` milliseconds, 0 for no expiry; `false` means that it failed. */
  set(key: string, value: string, ttl?: number): Promise<unknown>;
  /** Removes a value; tells whether there was one. */
  delete(key: string): Promise<boolean>;
  /** Goes through keys and values; not every store can. */
  // deno-lint-ignore no-explicit-any -- versions differ in the type of an argument that none of them needs
  iterator?(namespace?: any): AsyncIterable<unknown>;
}

/**
 * A Keyv instance as a cache, for `cacheBackend`. Entries are texts under keys of their own kind (`opero:…`), so the
 * instance may hold other things as well, which are never touched. They expire with Keyv's `ttl`; a `ttl` of the
 * instance does not count.
 *
 * A clear goes through the keys with Keyv's iterator. A store that has none makes it fail with a
 * `ConfigurationError`: emptying all of it would take what is not ours. Mind that Keyv turns failures of a store into
 * `error` events and answers as if nothing was there, unless it was made with `throwOnErrors`. It is not closed.
 *
 * @param keyv The Keyv instance. It stays open when the backend is closed.
 * @returns The backend.
 * @throws {ConfigurationError} If `keyv` is no Keyv instance.
 *
 * @example
 * ```ts
 * import { fromKeyv } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 * import Keyv from "keyv";
 *
 * const cache = fromKeyv(new Keyv());
 * await cache.set("key", { value: new Date(0), createdAt: 0, expiresAt: Infinity, staleUntil: Infinity });
 * assertEquals((await cache.get("key"))?.value, new Date(0));
 * ```
 */
export function fromKeyv(keyv: KeyvLike): CacheBackend {
  const { get, set, delete: remove } = (keyv ?? {}) as Partial<KeyvLike>;
  if ([get, set, remove].some((method) => typeof method !== "function")) {
    throw wrongOption("use a Keyv store", "keyv", { desired: "a Keyv instance", isPrivate: true }, keyv);
  }
  return attachable(({ clock }) => new KeyvCache(keyv, clock));
}

/** What every key begins with. */
const KEY_PREFIX = "opero:";
/** A key of ours, at the end of what an iterator gives: some versions of Keyv take away more or less than the namespace. */
const OWN_KEY = /(?:^|:)opero:([^:]*)$/;
/** Stands in for an entry to tell whether an iterator gives what is there; no plain key is the same. */
const PROBE = "\\probe";
const PROBE_TTL_MS = 60_000;
/** The prefix once more, so that one is left when such a version took the first for a namespace. */
const STORED_PREFIX = KEY_PREFIX + KEY_PREFIX;

class KeyvCache implements CacheBackend {
  readonly #keyv: KeyvLike;
  readonly #clock: Clock;

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
