import type { Clock } from "../../time/clock.ts";
import type { CacheBackend, CacheEntry } from "../backend/cache_backend.ts";
import { decodeEntry, encodeEntry } from "../codec/cache_codec.ts";
import { plainKey } from "../backend/plain_key.ts";
import { RedisBoundedRead } from "./redis_bounded_read.ts";
import { RedisError, toRedisError } from "./redis_error.ts";
import type { RedisCommand, RedisPort } from "./redis_port.ts";

/** How many keys a server looks at in one step of a clear. */
const SCAN_COUNT = "1000";

/** The code for a server, or something between, that does not keep to the protocol. */
const UNEXPECTED_REPLY = "UNEXPECTED_REPLY";

/**
 * Entries as texts in Redis, which removes them itself once they are of no use. A clear goes through the keys step by
 * step and names one key a command, so that it neither blocks the server nor breaks in a cluster, where keys of one
 * command must lie on one server.
 */
export class RedisCache implements CacheBackend {
  readonly #port: RedisPort;
  readonly #reads: RedisBoundedRead;
  readonly #keyPrefix: string;
  readonly #clock: Pick<Clock, "wallNow">;
  readonly #maxEntryBytes: number;

  /** A cache whose keys all begin with `keyPrefix`, and whose entries take `maxEntryBytes` at most. */
  constructor(port: RedisPort, keyPrefix: string, clock: Pick<Clock, "wallNow">, maxEntryBytes: number) {
    this.#port = port;
    this.#reads = new RedisBoundedRead(port.send, maxEntryBytes);
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
    const lifetimeMs = Math.ceil(entry.staleUntil - this.#clock.wallNow());
    if (lifetimeMs <= 0) return this.delete(key).then(() => {});
    // A time to live, not a point in time: the server's clock may differ from ours. Without `async`, for fewer promises.
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

  /** Ends the connection, unless it was passed in. */
  close(): void {
    this.#port.close();
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
