import { DatabaseSync, type StatementSync } from "node:sqlite";

/** So often dead rows are removed. */
const WRITES_A_SWEEP = 256;

/** Texts in a table of `node:sqlite`, as the library keeps them. */
export class BareSqlite {
  readonly #database: DatabaseSync;
  readonly #get: StatementSync;
  readonly #set: StatementSync;
  readonly #purge: StatementSync;
  #writes = 0;

  /** Opens the database at `path`. */
  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    this.#database.exec("PRAGMA synchronous = NORMAL; PRAGMA journal_mode = WAL");
    this.#database.exec(
      "CREATE TABLE entries (id INTEGER PRIMARY KEY, key NOT NULL UNIQUE, until REAL NOT NULL, entry TEXT NOT NULL)",
    );
    this.#get = this.#database.prepare("SELECT entry FROM entries WHERE key = ?");
    this.#set = this.#database.prepare(
      "INSERT INTO entries (key, until, entry) VALUES (?, ?, ?) " +
        "ON CONFLICT (key) DO UPDATE SET until = excluded.until, entry = excluded.entry",
    );
    this.#purge = this.#database.prepare("DELETE FROM entries WHERE until <= ?");
  }

  /** The text under `key`. */
  get(key: Uint8Array): string | undefined {
    return this.#get.get(key)?.entry as string | undefined;
  }

  /** Keeps `text` until `untilMs`. */
  set(key: Uint8Array, untilMs: number, text: string): void {
    this.#set.run(key, untilMs, text);
    if (++this.#writes % WRITES_A_SWEEP === 0) this.#purge.run(Date.now());
  }

  /** Closes it. */
  close(): void {
    this.#database.close();
  }
}
