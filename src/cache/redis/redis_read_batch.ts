import { isOverBytes } from "../backend/max_entry_bytes.ts";
import { RedisBoundedRead } from "./redis_bounded_read.ts";
import { toRedisError } from "./redis_error.ts";
import type { RedisCommand } from "./redis_port.ts";

/** Reads that go in one command at most, so that one large answer does not keep too many others waiting. */
const MAX_READS = 64;

/** How a server says that it, or this user, does not do `MGET` here. */
const REFUSALS: ReadonlySet<string> = new Set(["NOPERM", "ERR", "CROSSSLOT"]);

interface Read {
  readonly key: string;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Sends the reads of one turn of the event loop as one `MGET`: a command costs the client more than an answer. It has no
 * bound, so the first value that is too long ends that. One read by itself is bounded, and so are all after such a
 * value and where the server refuses `MGET`.
 */
export class RedisReadBatch {
  readonly #send: RedisCommand;
  readonly #maxBytes: number;
  readonly #single: RedisBoundedRead;
  #reads: Read[] = [];
  #isSingle = false;

  /** Reads of values of up to `maxBytes` over the connection of `send`, which reaches all keys. */
  constructor(send: RedisCommand, maxBytes: number) {
    this.#send = send;
    this.#maxBytes = maxBytes;
    this.#single = new RedisBoundedRead(send, maxBytes);
  }

  /** What is under `key`: nothing, or an empty text, where there is no text. */
  read(key: string): Promise<unknown> {
    if (this.#isSingle) return this.#single.read(key);
    return new Promise((resolve, reject) => {
      const count = this.#reads.push({ key, resolve, reject });
      if (count === 1) queueMicrotask(this.#flush);
      else if (count === MAX_READS) this.#flush();
    });
  }

  readonly #flush = (): void => {
    const reads = this.#reads;
    if (reads.length === 0) return;
    this.#reads = [];
    if (reads.length === 1) this.#readEach(reads);
    else this.#readAll(reads);
  };

  #readEach(reads: readonly Read[]): void {
    for (const { key, resolve, reject } of reads) this.#single.read(key).then(resolve, reject);
  }

  #readAll(reads: readonly Read[]): void {
    this.#send("MGET", ...reads.map(({ key }) => key)).then((replies) => {
      if (!Array.isArray(replies) || replies.length !== reads.length) return this.#readEach(reads);
      for (const [i, { resolve }] of reads.entries()) resolve(this.#bounded(replies[i]));
    }, (error) => {
      if (!REFUSALS.has(toRedisError("MGET", error).code)) return reads.forEach(({ reject }) => reject(error));
      this.#isSingle = true;
      this.#readEach(reads);
    });
  }

  #bounded(reply: unknown): unknown {
    if (typeof reply !== "string" || !isOverBytes(reply, this.#maxBytes)) return reply;
    this.#isSingle = true;
    return null;
  }
}
