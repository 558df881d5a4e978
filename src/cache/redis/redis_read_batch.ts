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
 * Sends the reads of one turn of the event loop as one `MGET`: a command costs the client more than
 * an answer. One read by itself is a plain `GET`, and so are all where the server refuses the other.
 */
export class RedisReadBatch {
  readonly #send: RedisCommand;
  #reads: Read[] = [];
  #isRefused = false;

  /** Reads over the connection of `send`, which reaches all keys. */
  constructor(send: RedisCommand) {
    this.#send = send;
  }

  /** The reply to `GET key`; `null` also for what is no text. */
  get(key: string): Promise<unknown> {
    if (this.#isRefused) return this.#send("GET", key);
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
    for (const { key, resolve, reject } of reads) this.#send("GET", key).then(resolve, reject);
  }

  #readAll(reads: readonly Read[]): void {
    this.#send("MGET", ...reads.map(({ key }) => key)).then((replies) => {
      if (!Array.isArray(replies) || replies.length !== reads.length) return this.#readEach(reads);
      for (const [i, { resolve }] of reads.entries()) resolve(replies[i]);
    }, (error) => {
      if (!REFUSALS.has(toRedisError("MGET", error).code)) return reads.forEach(({ reject }) => reject(error));
      this.#isRefused = true;
      this.#readEach(reads);
    });
  }
}
