import { toRedisError } from "../../cache/redis/redis_error.ts";
import type { RedisPort } from "../../cache/redis/redis_port.ts";
import type { Clock } from "../../time/clock.ts";

/** How long it rests between two looks over a client that was passed in, which others need, too: in milliseconds. */
const LOOK_MS = 25;

/** An entry of a stream: its id, and its fields by name. */
export interface StreamEntry {
  readonly entry: string;
  readonly fields: ReadonlyMap<string, string>;
}

/** Where a reader reads. */
export interface StreamReaderSetup {
  /** A connection, which nothing else uses where it blocks. */
  readonly port: RedisPort;
  /** The longest that the server may be asked to wait, in milliseconds; 0 where it must not be. */
  readonly blockMs: number;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Ends what waits. */
  readonly signal: AbortSignal;
}

/** Reads entries of streams, and waits for them. */
export class StreamReader {
  readonly #setup: StreamReaderSetup;

  /** A reader that has read nothing. */
  constructor(setup: StreamReaderSetup) {
    this.#setup = setup;
  }

  /** Reads from `key` what comes after `after`, by XREAD or XREADGROUP as `command` says; waits up to `waitMs`. */
  async read(command: readonly string[], key: string, after: string, waitMs: number): Promise<StreamEntry[]> {
    const { clock, blockMs, signal } = this.#setup;
    const endMs = clock.now() + waitMs;
    while (true) {
      const leftMs = Math.ceil(endMs - clock.now());
      const askedMs = Math.min(leftMs, blockMs);
      const block = askedMs > 0 ? ["BLOCK", String(askedMs)] : [];
      const entries = await this.#ask(key, [...command, ...block, "STREAMS", key, after]);
      if (entries.length > 0 || leftMs <= 0 || signal.aborted) return entries;
      if (blockMs === 0) await clock.sleep(Math.min(LOOK_MS, leftMs), signal).catch(() => {});
    }
  }

  async #ask(key: string, [command, ...args]: readonly string[]): Promise<StreamEntry[]> {
    try {
      return entriesOf(await this.#setup.port.sendFor(key, command!, ...args));
    } catch (error) {
      throw toRedisError(command!, error);
    }
  }
}

/** The entries in a reply about one stream, which clients and protocols give in four forms, or in none. */
function entriesOf(reply: unknown): StreamEntry[] {
  const entries = typeof reply === "object" && reply !== null ? streamIn(reply) : undefined;
  if (!Array.isArray(entries)) return [];
  return entries.map(([entry, fields]) => ({ entry: String(entry), fields: fieldsOf(fields) }));
}

/** What stands beside the key: in a list of pairs, a flat list, a map, or an object. */
function streamIn(reply: object): unknown {
  if (reply instanceof Map) return [...reply.values()][0];
  if (!Array.isArray(reply)) return Object.values(reply)[0];
  return Array.isArray(reply[0]) ? reply[0][1] : reply[1];
}

/**
 * The fields of an entry by name, from a flat list of names and values.
 *
 * @param list The list; nothing of what is none.
 * @returns The fields.
 */
export function fieldsOf(list: unknown): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  if (!Array.isArray(list)) return fields;
  for (let place = 0; place < list.length; place += 2) fields.set(String(list[place]), String(list[place + 1]));
  return fields;
}
