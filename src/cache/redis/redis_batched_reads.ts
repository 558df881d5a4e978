import type { RedisBoundedRead } from "./redis_bounded_read.ts";
import { toRedisError } from "./redis_error.ts";
import type { RedisPort } from "./redis_port.ts";
import { RedisScript } from "./redis_script.ts";

/** What is larger is read by itself: what a script holds at once is bounded, and a large value costs more than its command. */
const MAX_BYTES = 2 ** 16;

/** How many reads go together at most: while a server does them, it does nothing else. */
const MAX_READS = 128;

/** The texts of keys; 0 for what is longer than the argument says, or is no text. */
const SCRIPT = `
local replies = {}
for i, key in ipairs(KEYS) do
  local text = redis.pcall('GETRANGE', key, 0, ARGV[1])
  if type(text) ~= 'string' or #text > tonumber(ARGV[1]) then text = 0 end
  replies[i] = text
end
return replies`;

/** How a server says that it, or this user, does not do scripts, or that it does not hold all keys. */
const REFUSALS: ReadonlySet<string> = new Set(["NOPERM", "ERR", "CROSSSLOT"]);

interface Read {
  readonly key: string;
  readonly alone: () => void;
  readonly onReply: (reply: unknown) => void;
  readonly onFailure: (error: unknown) => void;
}

/**
 * Reads that begin in one turn, which go to the server as one script: a command costs a client many times what it costs a
 * server. A single one, and what the script refuses, goes as by {@link RedisBoundedRead}.
 */
export class RedisBatchedReads {
  readonly #port: RedisPort;
  readonly #single: RedisBoundedRead;
  readonly #script = new RedisScript(SCRIPT);
  #isRefused = false;
  #reads: Read[] = [];

  /** Reads over `port`, and single ones by `single`. */
  constructor(port: RedisPort, single: RedisBoundedRead) {
    this.#port = port;
    this.#single = single;
  }

  /**
   * What `accept` makes of what is under `key`, as `RedisBoundedRead.read()` does.
   *
   * @throws {RedisError} If it cannot be read.
   */
  read<R>(key: string, accept: (reply: unknown) => R): Promise<R> {
    if (this.#isRefused || !this.#port.isOneServer) return this.#single.read(key, accept);
    return new Promise((resolve, reject) => {
      this.#add({
        key,
        alone: () => void this.#single.read(key, accept).then(resolve, reject),
        onReply: (reply) => resolve(accept(reply)),
        onFailure: reject,
      });
    });
  }

  #add(read: Read): void {
    if (this.#reads.length === MAX_READS) this.#flush();
    if (this.#reads.push(read) === 1) Promise.resolve().then(() => this.#flush());
  }

  #flush(): void {
    const reads = this.#reads;
    this.#reads = [];
    if (reads.length > 1) void this.#send(reads);
    else reads[0]?.alone();
  }

  async #send(reads: readonly Read[]): Promise<void> {
    let replies: unknown;
    try {
      replies = await this.#script.run(this.#port, reads.map(({ key }) => key), [String(MAX_BYTES)]);
    } catch (error) {
      const failure = toRedisError("GETRANGE", error);
      this.#isRefused ||= REFUSALS.has(failure.code);
      for (const read of reads) REFUSALS.has(failure.code) ? read.alone() : read.onFailure(failure);
      return;
    }
    for (const [i, read] of reads.entries()) {
      const reply = Array.isArray(replies) ? replies[i] : undefined;
      if (typeof reply === "string" || reply instanceof Uint8Array) read.onReply(reply);
      else read.alone();
    }
  }
}
