import { BusyQueue } from "../../cache/sqlite/busy_queue.ts";
import { isBusy } from "../../cache/sqlite/sqlite_error.ts";
import type { Booked, Booking, BookOptions, LimitStore, SettleOptions } from "../../limiter/store/limit_store.ts";
import { bookStates, pauseState, settleState } from "../../limiter/store/limit_state.ts";
import { CLIENT_MS } from "../../limiter/store/seen_clients.ts";
import type { SqliteDatabase } from "../../runtime/sqlite.ts";
import type { Clock } from "../../time/clock.ts";
import { PolledEvents } from "../polled_events.ts";
import { LimitRows } from "./limit_rows.ts";

/** Limits as rows of a table. */
export class SqliteLimitStore implements LimitStore {
  readonly #openDatabase: () => SqliteDatabase;
  readonly #clock: Clock;
  readonly #queue = new BusyQueue();
  readonly #events: PolledEvents;
  #database: SqliteDatabase | undefined = undefined;
  #rows: LimitRows | undefined = undefined;
  #isClosed = false;

  /** A store whose database is not open yet. */
  constructor(openDatabase: () => SqliteDatabase, clock: Clock) {
    this.#openDatabase = openDatabase;
    this.#clock = clock;
    this.#events = new PolledEvents((key) => this.#run((rows) => rows.latestEvent(key)), clock);
  }

  /** Books slots of every limit at once, or of none. */
  async book(bookings: readonly Booking[], options: BookOptions): Promise<Booked> {
    return await this.#transact((rows, nowMs) => {
      const { answer, states } = bookStates(bookings.map(({ key }) => rows.read(key)), bookings, options, nowMs);
      if ("refused" in answer) return answer;
      states?.forEach((state, i) => rows.write(bookings[i]!.key, state));
      const untilMs = nowMs + Math.max(0, answer.waitMs) + CLIENT_MS;
      return { ...answer, clients: rows.see(bookings[0]!.key, options.client, nowMs, untilMs) };
    });
  }

  /** Lets no slot be earlier than in `forMs` milliseconds. */
  async pause(key: string, forMs: number): Promise<void> {
    await this.#transact((rows, nowMs) => {
      rows.write(key, pauseState(rows.read(key), forMs, nowMs));
      rows.record(key, forMs, nowMs);
    });
  }

  /** Takes `cost` tokens more, or gives some back. */
  async settle(key: string, cost: number, options: SettleOptions): Promise<void> {
    await this.#transact((rows, nowMs) => rows.write(key, settleState(rows.read(key), cost, options, nowMs)));
  }

  /** Forgets all that is known of a limit. */
  async reset(key: string): Promise<void> {
    await this.#transact((rows, nowMs) => {
      rows.forget(key);
      rows.record(key, 0, nowMs);
    });
  }

  /** Calls `onPause` with each pause of a limit, and with 0 where it is reset. */
  watch(key: string, onPause: (forMs: number) => void): () => void {
    return this.#events.watch(key, onPause);
  }

  /** Closes the database. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#events.close();
    this.#rows = undefined;
    this.#database?.close();
    this.#database = undefined;
    return Promise.resolve();
  }

  #transact<R>(use: (rows: LimitRows, nowMs: number) => R): Promise<R> {
    return this.#run((rows) => rows.transact(() => use(rows, this.#clock.wallNow())));
  }

  async #run<R>(use: (rows: LimitRows) => R): Promise<R> {
    return await this.#queue.write(() => {
      try {
        return use(this.#opened());
      } catch (error) {
        if (!isBusy(error)) this.#reopen();
        throw error;
      }
    });
  }

  #opened(): LimitRows {
    if (this.#isClosed) throw new Error("The sqlite limits are closed");
    this.#database ??= this.#openDatabase();
    return this.#rows ??= new LimitRows(this.#database);
  }

  /** A file that was removed, say, is made again by the next who uses it. */
  #reopen(): void {
    this.#rows = undefined;
    this.#database?.close();
    this.#database = undefined;
  }
}
