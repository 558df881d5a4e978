import type { Clock } from "../../time/clock.ts";
import type { KvDatabase } from "../../runtime/kv.ts";

/** Where a store gets its database from. */
export interface KvSourceOptions {
  /** Opens it. */
  readonly open: () => Promise<KvDatabase>;
  /** What distinguishes its file from another under the same path; nothing where it has none. */
  readonly identity: () => string | undefined;
  /** Whether it is closed with the store. */
  readonly isOwned: boolean;
  /** Says when it is time to check that the file still exists. */
  readonly clock: Pick<Clock, "now">;
}

interface OpenedKv {
  readonly opening: Promise<KvDatabase>;
  identity: string | undefined;
  users: number;
  isLeft: boolean;
}

/** So often it is looked whether the file is still the one that was opened. */
const LOOK_MS = 1_000;

/** A database that is opened when it is first used, and anew where its file was deleted or replaced. */
export class KvSource {
  readonly #options: KvSourceOptions;
  #opened: OpenedKv | undefined = undefined;
  #nextCheckMs = 0;
  #isClosed = false;

  /** A database that is not open yet. */
  constructor(options: KvSourceOptions) {
    this.#options = options;
  }

  /** Works with the database, which stays open until the work is done. */
  async use<R>(work: (kv: KvDatabase) => Promise<R>): Promise<R> {
    if (this.#isClosed) throw new Error("The kv cache is closed");
    const opened = this.#current();
    opened.users++;
    try {
      return await work(await opened.opening);
    } finally {
      opened.users--;
      if (opened.isLeft) await this.#closeUnused(opened);
    }
  }

  /** Closes the database at once, unless it was passed in. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const opened = this.#opened;
    this.#opened = undefined;
    if (this.#options.isOwned) await opened?.opening.then((kv) => kv.close(), () => {});
  }

  #current(): OpenedKv {
    const opened = this.#opened;
    if (opened !== undefined && !this.#isReplaced(opened)) return opened;
    if (opened !== undefined) this.#leave(opened);
    return this.#opened = this.#openAnew();
  }

  #openAnew(): OpenedKv {
    const opening = this.#options.open();
    const opened: OpenedKv = { opening, identity: undefined, users: 0, isLeft: false };
    opening.then(() => {
      opened.identity = this.#options.identity();
    }, () => {
      // The next use tries again.
      if (this.#opened === opened) this.#opened = undefined;
    });
    return opened;
  }

  #isReplaced({ identity }: OpenedKv): boolean {
    if (identity === undefined) return false;
    const nowMs = this.#options.clock.now();
    if (nowMs < this.#nextCheckMs) return false;
    this.#nextCheckMs = nowMs + LOOK_MS;
    return this.#options.identity() !== identity;
  }

  #leave(opened: OpenedKv): void {
    opened.isLeft = true;
    void this.#closeUnused(opened);
  }

  async #closeUnused({ opening, users }: OpenedKv): Promise<void> {
    if (users === 0) (await opening).close();
  }
}
