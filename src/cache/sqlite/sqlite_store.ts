import type { Clock } from "../../time/clock.ts";
import { nextTurn } from "../../time/next_turn.ts";
import { changedRows, type SqliteDatabase } from "../../runtime/sqlite.ts";
import { isPromise, type MaybePromise, whenReady } from "../../call/maybe_promise.ts";
import type { CacheBackend, CacheEntry } from "../backend/cache_backend.ts";
import { decodeEntry, encodeEntry } from "../codec/cache_codec.ts";
import { ENGINE_KEY_BYTES, engineKeyBytes } from "../backend/engine_key.ts";
import { plainKey } from "../backend/plain_key.ts";
import { BatchRows } from "./batch_rows.ts";
import { BusyQueue } from "./busy_queue.ts";
import { isBusy } from "./sqlite_error.ts";
import type { SqliteSource } from "./sqlite_file.ts";
import { prepareStatements, type SqliteStatements } from "./sqlite_statements.ts";
import { SqliteSweeper } from "./sqlite_sweeper.ts";

/** What a database may hold. */
export interface SqliteLimits {
  /** Entries, or `Infinity`. */
  readonly maxEntries: number;
  /** Bytes of one entry. */
  readonly maxEntryBytes: number;
}

/** Entries as rows of a table. */
export class SqliteStore implements CacheBackend {
  readonly #source: SqliteSource;
  readonly #limits: SqliteLimits;
  readonly #clock: Clock;
  readonly #sweeper: SqliteSweeper;
  readonly #queue = new BusyQueue();
  #database: SqliteDatabase | undefined;
  #statements: SqliteStatements | undefined;
  #isClosed = false;

  /** Keeps entries in the database of `source`. */
  constructor(source: SqliteSource, limits: SqliteLimits, clock: Clock) {
    this.#source = source;
    this.#limits = limits;
    this.#clock = clock;
    this.#sweeper = new SqliteSweeper((use) => this.#queue.write(() => this.#run(use)), limits.maxEntries, clock);
  }

  get(key: string): MaybePromise<CacheEntry | undefined> {
    try {
      return this.#read(key);
    } catch (error) {
      return this.#queue.readAgain(error, () => this.#read(key));
    }
  }

  set(key: string, entry: CacheEntry): MaybePromise<void> {
    const text = encodeEntry(key, entry, this.#limits.maxEntryBytes);
    const written = this.#queue.write(() => this.#run(({ set }) => void set.run(keptKey(key), entry.staleUntil, text)));
    return whenReady(written, () => this.#sweeper.onWritten());
  }

  delete(key: string): MaybePromise<boolean> {
    const remove = (statements: SqliteStatements) => changedRows(statements.delete.run(keptKey(key)));
    return whenReady(this.#queue.write(() => this.#run(remove)), (rows) => rows > 0);
  }

  /** Batch by batch, with turns of the loop between, so that nothing else waits long. */
  async clear(prefix: string): Promise<void> {
    const rows = new BatchRows(this.#clock);
    for (const [from, to] of rangesOf(prefix)) {
      for (;;) {
        const { count } = rows;
        const clearSome = () => this.#run(({ clear }) => changedRows(clear.run(from, to, count)));
        if (await rows.timed(() => this.#queue.write(clearSome)) < count) break;
        await new Promise<void>(nextTurn);
      }
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#sweeper.stop();
    this.#statements = this.#database = undefined;
    this.#source.close();
  }

  /** The way of a hit: one statement, and one look at the clock. */
  #read(key: string): CacheEntry | undefined {
    const nowMs = this.#clock.wallNow();
    let row: unknown;
    try {
      row = this.#prepared(nowMs).get.get(engineKeyBytes(key, keyBytes) ?? plainKey(key));
    } catch (error) {
      throw this.#recordFailure(error);
    }
    const text = (row as { entry: unknown } | null | undefined)?.entry;
    if (typeof text !== "string") return undefined;
    const entry = decodeEntry(key, text, this.#limits.maxEntryBytes);
    if (entry === undefined) this.#tryToDelete(key);
    // A dead row is removed in the background: whether it was already makes no difference.
    return entry !== undefined && entry.staleUntil > nowMs ? entry : undefined;
  }

  /** A damaged row that stays is a miss all the same. */
  #tryToDelete(key: string): void {
    try {
      const deleted = this.delete(key);
      if (isPromise(deleted)) deleted.catch(() => {});
    } catch {
      // Such as in a database that cannot be written.
    }
  }

  #run<R>(use: (statements: SqliteStatements) => R): R {
    try {
      return use(this.#prepared(this.#clock.wallNow()));
    } catch (error) {
      throw this.#recordFailure(error);
    }
  }

  #prepared(wallMs: number): SqliteStatements {
    if (this.#isClosed) throw new Error("The sqlite cache is closed");
    const database = this.#source.open(wallMs);
    if (database !== this.#database || this.#statements === undefined) {
      this.#statements = prepareStatements(database, this.#limits.maxEntryBytes);
      this.#database = database;
    }
    return this.#statements;
  }

  /** Answers the error; after any but one of another process in the way, all is prepared anew. */
  #recordFailure(error: unknown): unknown {
    if (isBusy(error) || this.#isClosed) return error;
    this.#statements = this.#database = undefined;
    this.#source.onFailure(error);
    return error;
  }
}

/** SQLite copies what it is given, and each operation hands its key over before the next begins. */
const keyBytes = new Uint8Array(ENGINE_KEY_BYTES);

/** The engine's keys as 48 bytes, any other as text: the two never mix, as SQLite sorts bytes after all text. */
function keptKey(key: string): string | Uint8Array {
  return engineKeyBytes(key, keyBytes) ?? plainKey(key);
}

type Range = readonly [from: string | Uint8Array, to: string | Uint8Array];

/** Past all texts, and past all bytes. */
const FIRST_BYTES = new Uint8Array(0);
const LAST_BYTES = new Uint8Array(64).fill(0xff);

/** The ranges of kept keys that begin with `prefix`. */
function rangesOf(prefix: string): readonly Range[] {
  if (prefix === "") return [["", FIRST_BYTES], [FIRST_BYTES, LAST_BYTES]];
  const bytes = engineKeyBytes(prefix);
  // Plain keys have nothing past "~".
  const texts: Range = [plainKey(prefix), `${plainKey(prefix)}\x7f`];
  if (bytes === undefined) return [texts];
  const last = new Uint8Array(64).fill(0xff);
  last.set(bytes);
  return [texts, [bytes, last]];
}
