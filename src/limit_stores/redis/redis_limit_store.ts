import { RedisError, toRedisError } from "../../cache/redis/redis_error.ts";
import type { RedisPort } from "../../cache/redis/redis_port.ts";
import type { OwnedRedisClient } from "../../cache/redis/redis_session.ts";
import type { Booked, Booking, BookOptions, LimitStore, SettleOptions } from "../../limiter/store/limit_store.ts";
import type { Clock } from "../../time/clock.ts";
import type { LimitEvents } from "../limit_events.ts";
import { limitKeys } from "./limit_keys.ts";
import { BOOK_SCRIPT, PAUSE_SCRIPT, RESET_SCRIPT, SETTLE_SCRIPT } from "./limit_scripts.ts";
import { PolledEvents } from "../polled_events.ts";
import { PublishedEvents } from "./published_events.ts";
import { RedisScript } from "../../cache/redis/redis_script.ts";

/** What a store in Redis is made with. */
export interface RedisLimitSetup {
  readonly port: RedisPort;
  readonly keyPrefix: string;
  readonly clock: Clock;
  /** Makes a client that may be given to subscriptions; `undefined` where there is none but the user's. */
  readonly createClient: (() => Promise<OwnedRedisClient>) | undefined;
}

/** Longer than any wait, as a number that Lua reads. */
const NO_LIMIT = "1e300";

/** Limits as texts in Redis. */
export class RedisLimitStore implements LimitStore {
  readonly #port: RedisPort;
  readonly #keyPrefix: string;
  readonly #channel: string;
  readonly #events: LimitEvents;
  readonly #book = new RedisScript(BOOK_SCRIPT);
  readonly #pause = new RedisScript(PAUSE_SCRIPT);
  readonly #settle = new RedisScript(SETTLE_SCRIPT);
  readonly #reset = new RedisScript(RESET_SCRIPT);

  /** A store that is not connected yet. */
  constructor({ port, keyPrefix, clock, createClient }: RedisLimitSetup) {
    this.#port = port;
    this.#keyPrefix = keyPrefix;
    this.#channel = `${keyPrefix}limits`;
    const readEvent = async (key: string) => textOf(await port.send("GET", limitKeys(keyPrefix, key).event));
    this.#events = createClient === undefined
      ? new PolledEvents(readEvent, clock)
      : new PublishedEvents({ channel: this.#channel, createClient, readEvent });
  }

  /** Books slots of every limit at once, or of none. */
  async book(bookings: readonly Booking[], options: BookOptions): Promise<Booked> {
    const { slots, maxWaitMs, notBeforeMs = 0, client } = options;
    const keys = bookings.map(({ key }) => limitKeys(this.#keyPrefix, key));
    const numbers = bookings.flatMap(({ intervalMs, burst, cost }) => [intervalMs, burst, cost]).map(String);
    const most = maxWaitMs === undefined ? NO_LIMIT : String(maxWaitMs);
    const reply = await this.#run(this.#book, [...keys.map(({ state }) => state), keys[0]!.clients], [
      ...[client, String(slots), most, String(notBeforeMs)],
      ...numbers,
    ]);
    return toBooked(reply);
  }

  /** Lets no slot be earlier than in `forMs` milliseconds. */
  async pause(key: string, forMs: number): Promise<void> {
    const { state, event } = limitKeys(this.#keyPrefix, key);
    await this.#run(this.#pause, [state, event], [String(forMs), this.#channel, key]);
  }

  /** Takes `cost` tokens more, or gives some back. */
  async settle(key: string, cost: number, { agoMs, intervalMs }: SettleOptions): Promise<void> {
    const { state } = limitKeys(this.#keyPrefix, key);
    await this.#run(this.#settle, [state], [cost, agoMs, intervalMs].map(String));
  }

  /** Forgets all that is known of a limit. */
  async reset(key: string): Promise<void> {
    const { state, event } = limitKeys(this.#keyPrefix, key);
    await this.#run(this.#reset, [state, event], [this.#channel, key]);
  }

  /** Calls `onPause` with each pause of a limit, and with 0 where it is reset. */
  watch(key: string, onPause: (forMs: number) => void): () => void {
    return this.#events.watch(key, onPause);
  }

  /** Ends the connections, unless they are the user's. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#events.close();
    this.#port.close();
    return Promise.resolve();
  }

  async #run(script: RedisScript, keys: readonly string[], args: readonly string[]): Promise<string> {
    try {
      return textOf(await script.run(this.#port, keys, args)) ?? "";
    } catch (error) {
      throw toRedisError("EVALSHA", error);
    }
  }
}

function toBooked(reply: string): Booked {
  const [kind, ...numbers] = reply.split(" ");
  const [first = NaN, second = NaN, third = NaN] = numbers.map(Number);
  if (kind === "ok" && third > 0) return { waitMs: first, spareMs: second, clients: third };
  if (kind === "wait" && first >= 0) return { refused: "wait", waitMs: first };
  if (kind === "cost" && first >= 0) return { refused: "cost", index: first };
  throw new RedisError("EVALSHA", "UNEXPECTED_REPLY");
}

/** Clients may be set to answer with bytes in place of text. */
function textOf(reply: unknown): string | undefined {
  if (typeof reply === "string") return reply;
  return reply instanceof Uint8Array ? new TextDecoder().decode(reply) : undefined;
}
