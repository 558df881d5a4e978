import { toRedisError } from "./redis_error.ts";
import type { RedisCommand } from "./redis_port.ts";

/** How much of a value is asked for at first. Entries are rarely as large, and this much arrives within a few milliseconds. */
const FIRST_BYTES = 4 * 2 ** 20;
/** A code unit takes three bytes at most, so that a shorter text is no beginning of so many bytes. To count is slower than to ask. */
const MAX_BYTES_A_UNIT = 3;

/** How a server says that it, or this user, does not do a command. */
const REFUSALS: ReadonlySet<string> = new Set(["NOPERM", "ERR"]);

/**
 * Reads of one value each, of which no more is moved than an entry may have: any client that may write to the server may put
 * there what takes seconds and gigabytes to receive. Entries of less than a megabyte are there after one question, as with
 * `GET`; the size of a longer value is asked for before what is missing. Where the server refuses that, `GET` it is.
 */
export class RedisBoundedRead {
  readonly #send: RedisCommand;
  readonly #maxBytes: number;
  readonly #firstBytes: number;
  readonly #lastOfFirst: string;
  #isRefused = false;

  /** Reads by `send` of values of up to `maxBytes`; longer ones may be cut off, by which they are still too long. */
  constructor(send: RedisCommand, maxBytes: number) {
    this.#send = send;
    this.#maxBytes = maxBytes;
    this.#firstBytes = Math.min(FIRST_BYTES, maxBytes + 1);
    this.#lastOfFirst = String(this.#firstBytes - 1);
  }

  /**
   * What `accept` makes of what is under `key`: of nothing, or an empty text, where there is none. What is no text is another
   * program's, and none either. Without a promise more than it needs, as it is the one operation whose speed counts.
   *
   * @throws {RedisError} If it cannot be read.
   */
  read<R>(key: string, accept: (reply: unknown) => R): Promise<R> {
    if (this.#isRefused) return this.#send("GET", key).then(accept, (error) => accept(nothingOfForeign(error)));
    return this.#send("GETRANGE", key, "0", this.#lastOfFirst).then(
      (reply) => this.#mayBeCut(reply) ? this.#complete(key, reply).then(accept) : accept(reply),
      (error) => this.#readUnbounded(key, error).then(accept),
    );
  }

  /** Where an entry may be no longer than what was asked for, one that was cut is too long whatever follows. */
  #mayBeCut(reply: unknown): boolean {
    if (this.#firstBytes > this.#maxBytes) return false;
    if (typeof reply === "string") return reply.length * MAX_BYTES_A_UNIT >= this.#firstBytes;
    return reply instanceof Uint8Array && reply.byteLength >= this.#firstBytes;
  }

  async #complete(key: string, beginning: unknown): Promise<unknown> {
    try {
      const bytes = await this.#bytesOf(key);
      if (bytes <= this.#firstBytes) return beginning;
      return bytes > this.#maxBytes ? null : await this.#send("GETRANGE", key, "0", String(this.#maxBytes));
    } catch (error) {
      return nothingOfForeign(error);
    }
  }

  async #bytesOf(key: string): Promise<number> {
    try {
      return Number(await this.#send("STRLEN", key));
    } catch (error) {
      if (isRefusal(error)) return NaN;
      throw error;
    }
  }

  async #readUnbounded(key: string, error: unknown): Promise<unknown> {
    if (!isRefusal(error)) return nothingOfForeign(error);
    try {
      const reply = await this.#send("GET", key);
      // Only now, as a user without a right to this key is refused whatever the command.
      this.#isRefused = true;
      return reply;
    } catch (error) {
      return nothingOfForeign(error);
    }
  }
}

/** What is no text under our key is as good as nothing; any other failure is one. */
function nothingOfForeign(error: unknown): null {
  const failure = toRedisError("GET", error);
  if (failure.code !== "WRONGTYPE") throw failure;
  return null;
}

function isRefusal(error: unknown): boolean {
  return REFUSALS.has(toRedisError("GETRANGE", error).code);
}
