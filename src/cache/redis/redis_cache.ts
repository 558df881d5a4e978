import type { Clock } from "../../time/clock.ts";
import type { CacheBackend, CacheClaim, CacheEntry } from "../backend/cache_backend.ts";
import { decodeEntry, encodeEntry } from "../codec/cache_codec.ts";
import { plainKey } from "../backend/plain_key.ts";
import { RedisBatchedReads } from "./redis_batched_reads.ts";
import { RedisBoundedRead } from "./redis_bounded_read.ts";
import { RedisError, toRedisError } from "./redis_error.ts";
import { RedisLocks } from "./redis_locks.ts";
import type { RedisCommand, RedisPort } from "./redis_port.ts";
import type { SubscribingClient } from "./redis_subscription.ts";

/** How many keys a server looks at in one step of a clear. */
const SCAN_COUNT = "1000";

/** The code for a server, or something between, that does not keep to the protocol. */
const UNEXPECTED_REPLY = "UNEXPECTED_REPLY";

/** What a cache in Redis is made with. */
export interface RedisCacheSetup {
  readonly port: RedisPort;
  /** What all keys begin with. */
  readonly keyPrefix: string;
  readonly clock: Pick<Clock, "wallNow">;
  /** How many bytes an entry takes at most. */
  readonly maxEntryBytes: number;
  /** Makes a client that may be given to a subscription; `undefined` where there is none but the user's. */
  readonly createClient: (() => Promise<SubscribingClient>) | undefined;
}

/**
 * Entries as texts in Redis, which removes them itself once they are of no use. A clear goes through the keys step by
 * step and names one key a command, so that it neither blocks the server nor breaks in a cluster, where keys of one
 * command must lie on one server.
 */
export class RedisCache implements CacheBackend {
  readonly #port: RedisPort;
  readonly #reads: RedisBatchedReads;
  readonly #keyPrefix: string;
  readonly #clock: Pick<Clock, "wallNow">;
  readonly #maxEntryBytes: number;
  readonly #locks: RedisLocks;
  /** Calls a listener with the locks that are given back; without it where the one connection is the user's. */
  readonly watch?: CacheBackend["watch"];

  /** A cache that is not connected yet. */
  constructor({ port, keyPrefix, clock, maxEntryBytes, createClient }: RedisCacheSetup) {
    this.#locks = new RedisLocks({ port, keyPrefix, maxEntryBytes, createClient });
    this.watch = this.#locks.watch;
    this.#port = port;
    this.#reads = new RedisBatchedReads(port, new RedisBoundedRead(port.send, maxEntryBytes));
    this.#keyPrefix = keyPrefix;
    this.#clock = clock;
    this.#maxEntryBytes = maxEntryBytes;
  }

  /** The entry under `key`. What another program keeps there is none. */
  get(key: string): Promise<CacheEntry | undefined> {
    return this.#reads.read(this.#storedKey(key), (reply) => {
      const text = toText(reply);
      return text === undefined ? undefined : decodeEntry(key, text, this.#maxEntryBytes);
    });
  }

  /** Keeps `entry` until its `staleUntil`. */
  set(key: string, entry: CacheEntry): Promise<void> {
    let text: string;
    try {
      text = encodeEntry(key, entry, this.#maxEntryBytes);
    } catch (error) {
      return Promise.reject(error);
    }
    const lifetimeMs = this.#lifetimeMs(entry);
    if (lifetimeMs <= 0) return this.delete(key).then(() => {});
    // Without `async`, for fewer promises.
    const { send } = this.#port;
    const written = lifetimeMs <= Number.MAX_SAFE_INTEGER
      ? send("SET", this.#storedKey(key), text, "PX", String(lifetimeMs))
      : send("SET", this.#storedKey(key), text);
    return written.then(requireOk, failSet);
  }

  /** Removes the entry under `key`. */
  async delete(key: string): Promise<boolean> {
    return Number(await this.#send("UNLINK", this.#storedKey(key))) > 0;
  }

  /** Removes the entries whose keys begin with `prefix`, and nothing that lies outside of the key prefix. */
  async clear(prefix: string): Promise<void> {
    const pattern = `${escapeGlob(this.#port.clientKeyPrefix + this.#storedKey(prefix))}*`;
    const nodes = await attempt("SCAN", this.#port.nodes());
    await Promise.all(nodes.map((node) => this.#clearNode(node, pattern)));
  }

  /** Takes the lock of `key`, unless there is an entry that was not created at `seenAt`. */
  async claim(key: string, token: string, leaseMs: number, seenAt?: number): Promise<CacheClaim> {
    const entryKey = this.#storedKey(key);
    for (let seen = seenAt === undefined ? "" : String(seenAt);;) {
      const claim = await this.#locks.claim(entryKey, token, leaseMs, seen);
      if (!("text" in claim)) return claim;
      const entry = decodeEntry(key, toText(claim.text)!, this.#maxEntryBytes);
      if (entry !== undefined) return { entry };
      // What looks like an entry and is none is as good as nothing.
      seen = claim.created;
    }
  }

  /** Prolongs the lock; returns whether it was held still. */
  keep(key: string, token: string, leaseMs: number): Promise<boolean> {
    return this.#locks.keep(this.#storedKey(key), token, leaseMs);
  }

  /** Keeps `entry` and gives the lock back, where it is held still; returns whether it was. */
  async fulfil(key: string, token: string, entry: CacheEntry): Promise<boolean> {
    const text = encodeEntry(key, entry, this.#maxEntryBytes);
    return await this.#locks.fulfil(this.#storedKey(key), key, token, text, this.#lifetimeMs(entry));
  }

  /** Gives the lock back, where it is held still. */
  release(key: string, token: string): Promise<void> {
    return this.#locks.release(this.#storedKey(key), key, token);
  }

  /** Ends the connection, unless it was passed in. */
  close(): void {
    this.#locks.close();
    this.#port.close();
  }

  /** A time to live, not a point in time: the server's clock may differ from ours. */
  #lifetimeMs({ staleUntil }: CacheEntry): number {
    return Math.ceil(staleUntil - this.#clock.wallNow());
  }

  async #clearNode(node: RedisCommand, pattern: string): Promise<void> {
    let cursor = "0";
    do {
      const reply = await attempt("SCAN", node("SCAN", cursor, "MATCH", pattern, "COUNT", SCAN_COUNT));
      const [next, keys] = toScanStep(reply);
      await Promise.all(keys.map((key) => this.#unlink(toText(key)!)));
      cursor = toText(next)!;
    } while (cursor !== "0");
  }

  #unlink(foundKey: string): Promise<unknown> {
    return this.#send("UNLINK", foundKey.slice(this.#port.clientKeyPrefix.length));
  }

  #send(command: string, ...args: string[]): Promise<unknown> {
    return attempt(command, this.#port.send(command, ...args));
  }

  #storedKey(key: string): string {
    return this.#keyPrefix + plainKey(key);
  }
}

function requireOk(reply: unknown): void {
  if (reply !== "OK" && toText(reply) !== "OK") throw new RedisError("SET", UNEXPECTED_REPLY);
}

function failSet(error: unknown): never {
  throw toRedisError("SET", error);
}

function toScanStep(reply: unknown): readonly [cursor: unknown, keys: readonly unknown[]] {
  if (Array.isArray(reply) && Array.isArray(reply[1])) return [reply[0], reply[1]];
  throw new RedisError("SCAN", UNEXPECTED_REPLY);
}

/** The reply, or an error that tells no secrets. */
async function attempt<R>(command: string, reply: Promise<R>): Promise<R> {
  try {
    return await reply;
  } catch (error) {
    throw toRedisError(command, error);
  }
}

/** Clients may be set to answer with bytes in place of text. */
function toText(reply: unknown): string | undefined {
  if (typeof reply === "string") return reply;
  if (reply === null || reply === undefined) return undefined;
  return reply instanceof Uint8Array ? new TextDecoder().decode(reply) : String(reply);
}

function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, "\\$&");
}
