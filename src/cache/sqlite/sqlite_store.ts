import type { Clock } from "../../time/clock.ts";
import { nextTurn } from "../../time/next_turn.ts";
import { changedRows, type SqliteDatabase } from "../../runtime/sqlite.ts";
import { isPromise, type MaybePromise, whenReady } from "../../call/maybe_promise.ts";
import type { CacheBackend, CacheClaim, CacheEntry } from "../backend/cache_backend.ts";
import { ENGINE_KEY } from "../backend/engine_key.ts";
import { BatchRows } from "./batch_rows.ts";
import { BusyQueue } from "./busy_queue.ts";
import { clearStep } from "./sqlite_clear.ts";
import { isBusy } from "./sqlite_error.ts";
import type { SqliteSource } from "./sqlite_file.ts";
import { SqliteKeys } from "./sqlite_keys.ts";
import { SqliteLocks } from "./sqlite_locks.ts";
import { fromRow, toRow } from "./sqlite_rows.ts";
import { prepareStatements, type SqliteStatements } from "./sqlite_statements.ts";
import { SqliteSweeper } from "./sqlite_sweeper.ts";

/** What a database may hold. */
export interface SqliteLimits {
  /** Entries, or `Infinity`. */
  readonly maxEntries: number;
  /** Bytes of one entry. */
  readonly maxEntryBytes: number;
}

/** What a database is asked by. */
interface Prepared {
  readonly statements: SqliteStatements;
  readonly keys: SqliteKeys;
  /** Made when the first lock is claimed. */
  locks?: SqliteLocks;
}

/** Entries as rows of a table. */
export class SqliteStore implements CacheBackend {
  readonly #source: SqliteSource;
  readonly #limits: SqliteLimits;
  readonly #clock: Clock;
  readonly #sweeper: SqliteSweeper;
  readonly #queue = new BusyQueue();
  #database: SqliteDatabase | undefined;
  #prepared: Prepared | undefined;
  #isClosed = false;

  /** Keeps entries in the database of `source`. */
  constructor(source: SqliteSource, limits: SqliteLimits, clock: Clock) {
    this.#source = source;
    this.#limits = limits;
    this.#clock = clock;
    this.#sweeper = new SqliteSweeper(
      (use) => this.#queue.write(() => this.#run(({ statements }) => use(statements))),
      limits.maxEntries,
      clock,
    );
  }

  get(key: string): MaybePromise<CacheEntry | undefined> {
    try {
      return this.#read(key);
    } catch (error) {
      return this.#queue.readAgain(error, () => this.#read(key));
    }
  }

  set(key: string, entry: CacheEntry): MaybePromise<void> {
    const row = toRow(key, entry, this.#limits.maxEntryBytes);
    const written = this.#queue.write(() =>
      this.#run(({ statements, keys }) => {
        const { scope, hash, key: rest } = keys.make(key);
        statements.set.run(scope, hash, rest, ...row);
      })
    );
    return whenReady(written, () => this.#sweeper.onWritten());
  }

  delete(key: string): MaybePromise<boolean> {
    const remove = ({ statements, keys }: Prepared) => {
      const kept = keys.find(key);
      return kept === undefined ? 0 : changedRows(statements.delete.run(kept.scope, kept.hash, kept.key));
    };
    return whenReady(this.#queue.write(() => this.#run(remove)), (rows) => rows > 0);
  }

  /** Batch by batch, with turns of the loop between, so that nothing else waits long. */
  async clear(prefix: string): Promise<void> {
    // A whole key is a prefix of itself alone.
    if (ENGINE_KEY.test(prefix)) await this.delete(prefix);
    const rows = new BatchRows(this.#clock);
    const step = clearStep(prefix);
    const clearSome = () => this.#run(({ statements }) => step(statements, rows.count));
    while (await rows.timed(() => this.#queue.write(clearSome))) await new Promise<void>(nextTurn);
  }

  claim(key: string, token: string, leaseMs: number, seenAt?: number): MaybePromise<CacheClaim> {
    const read = () => {
      const entry = this.#read(key);
      return entry?.createdAt === seenAt ? undefined : entry;
    };
    return this.#lock((locks, nowMs) => locks.claim({ key, token, nowMs }, leaseMs, read));
  }

  keep(key: string, token: string, leaseMs: number): MaybePromise<boolean> {
    return this.#lock((locks, nowMs) => locks.keep({ key, token, nowMs }, leaseMs));
  }

  fulfil(key: string, token: string, entry: CacheEntry): MaybePromise<boolean> {
    const row = toRow(key, entry, this.#limits.maxEntryBytes);
    const written = this.#lock((locks, nowMs, { keys }) => locks.fulfil({ key, token, nowMs }, keys.make(key), row));
    return whenReady(written, (isWritten) => {
      if (isWritten) this.#sweeper.onWritten();
      return isWritten;
    });
  }

  release(key: string, token: string): MaybePromise<void> {
    return this.#lock((locks, nowMs) => locks.release({ key, token, nowMs }));
  }

  close(): void {
    this.#isClosed = true;
    this.#sweeper.stop();
    this.#prepared = this.#database = undefined;
    this.#source.close();
  }

  /** The way of a hit: one statement, and one look at the clock. */
  #read(key: string): CacheEntry | undefined {
    const nowMs = this.#clock.wallNow();
    let row: unknown;
    try {
      const { statements, keys } = this.#open(nowMs);
      const kept = keys.find(key);
      row = kept === undefined ? undefined : statements.get.get(kept.scope, kept.hash, kept.key);
    } catch (error) {
      throw this.#recordFailure(error);
    }
    if (typeof row !== "object" || row === null) return undefined;
    const entry = fromRow(key, row, this.#limits.maxEntryBytes);
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

  #lock<R>(use: (locks: SqliteLocks, nowMs: number, prepared: Prepared) => R): MaybePromise<R> {
    return this.#queue.write(() =>
      this.#run((prepared) => {
        const nowMs = this.#clock.wallNow();
        prepared.locks ??= new SqliteLocks(this.#database!, nowMs);
        return use(prepared.locks, nowMs, prepared);
      })
    );
  }

  #run<R>(use: (prepared: Prepared) => R): R {
    try {
      return use(this.#open(this.#clock.wallNow()));
    } catch (error) {
      throw this.#recordFailure(error);
    }
  }

  #open(wallMs: number): Prepared {
    if (this.#isClosed) throw new Error("The sqlite cache is closed");
    const database = this.#source.open(wallMs);
    if (database !== this.#database || this.#prepared === undefined) {
      const statements = prepareStatements(database, this.#limits.maxEntryBytes);
      this.#prepared = { statements, keys: new SqliteKeys(statements) };
      this.#database = database;
    }
    return this.#prepared;
  }

  /** Answers the error; after any but one of another process in the way, all is prepared anew. */
  #recordFailure(error: unknown): unknown {
    if (isBusy(error) || this.#isClosed) return error;
    this.#prepared = this.#database = undefined;
    this.#source.onFailure(error);
    return error;
  }
}
