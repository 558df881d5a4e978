import { plainKey } from "../../cache/backend/plain_key.ts";
import { readField, readText } from "../../errors/read_field.ts";
import type { Booked, Booking, BookOptions, LimitStore, SettleOptions } from "../../limiter/store/limit_store.ts";
import type { Clock } from "../../time/clock.ts";
import { PolledEvents } from "../polled_events.ts";
import { EVENT_QUERY, LIMIT_SCHEMA, REQUEST_QUERY } from "./limit_schema.ts";
import type { PostgresPort } from "./postgres_client.ts";

/** No such function, table, or type: nothing was made yet, or it was removed. */
const MISSING: readonly unknown[] = ["42883", "42P01", "42704"];

/** Where transactions are isolated more than usual, one that met another has to be tried again. */
const CONFLICTS: readonly unknown[] = ["40001", "40P01"];
const MAX_TRIES = 50;

/** Limits as rows of PostgreSQL. */
export class PostgresLimitStore implements LimitStore {
  readonly #port: PostgresPort;
  readonly #events: PolledEvents;
  #making: Promise<unknown> | undefined = undefined;
  #isClosed = false;

  /** A store that has asked nothing yet. */
  constructor(port: PostgresPort, clock: Clock) {
    this.#port = port;
    this.#events = new PolledEvents((key) => this.#send(EVENT_QUERY, plainKey(key)), clock);
  }

  /** Books slots of every limit at once, or of none. */
  async book(bookings: readonly Booking[], options: BookOptions): Promise<Booked> {
    const { slots, maxWaitMs, notBeforeMs = 0, client } = options;
    const asked = bookings.map(({ key, intervalMs, burst, cost }) => {
      return { key: plainKey(key), intervalMs, burst, cost };
    });
    const most = maxWaitMs === undefined || maxWaitMs === Infinity ? null : maxWaitMs;
    const wanted = { bookings: asked, slots, maxWaitMs: most, notBeforeMs, client: plainKey(client) };
    return toBooked(await this.#ask("book", bookings[0]!.key, wanted));
  }

  /** Lets no slot be earlier than in `forMs` milliseconds. */
  async pause(key: string, forMs: number): Promise<void> {
    await this.#ask("pause", key, { forMs });
  }

  /** Takes `cost` tokens more, or gives some back. */
  async settle(key: string, cost: number, options: SettleOptions): Promise<void> {
    await this.#ask("settle", key, { cost, ...options });
  }

  /** Forgets all that is known of a limit. */
  async reset(key: string): Promise<void> {
    await this.#ask("reset", key, {});
  }

  /** Calls `onPause` with each pause of a limit, and with 0 where it is reset. */
  watch(key: string, onPause: (forMs: number) => void): () => void {
    return this.#events.watch(key, onPause);
  }

  /** Asks nothing any more; the client is its user's. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#events.close();
    return Promise.resolve();
  }

  /** Those of one call have one name, under which they are locked. */
  #ask(ask: string, key: string, fields: object): Promise<string | undefined> {
    const name = plainKey(key.slice(0, key.lastIndexOf("#") >>> 0));
    return this.#send(REQUEST_QUERY, JSON.stringify({ ask, name, key: plainKey(key), ...fields }));
  }

  async #send(statement: string, parameter: string): Promise<string | undefined> {
    for (let tries = 1;; tries++) {
      if (this.#isClosed) throw new Error("The PostgreSQL limits are closed");
      try {
        return await this.#port(statement, parameter);
      } catch (error) {
        const code = readField(error, "code");
        if (tries >= MAX_TRIES) throw error;
        if (isMissing(error)) await this.#make();
        else if (!CONFLICTS.includes(code)) throw error;
      }
    }
  }

  #make(): Promise<unknown> {
    return this.#making ??= this.#port(LIMIT_SCHEMA).finally(() => this.#making = undefined);
  }
}

/** A session that was open when a table was removed says so in words alone. */
function isMissing(error: unknown): boolean {
  const isRemoved = /^cache lookup failed/.test(readText(error, "message") ?? "");
  return MISSING.includes(readField(error, "code")) || isRemoved;
}

function toBooked(answer: string | undefined): Booked {
  const [kind, ...numbers] = (answer ?? "").split(" ");
  const [first = NaN, second = NaN, third = NaN] = numbers.map(Number);
  if (kind === "ok" && third > 0) return { waitMs: first, spareMs: second, clients: third };
  if (kind === "wait" && first >= 0) return { refused: "wait", waitMs: first };
  if (kind === "cost" && first >= 0) return { refused: "cost", index: first };
  throw new Error("PostgreSQL answered to a booking with what is no answer");
}
