/** An entry on its way to the database. */
export interface PendingWrite {
  /** Whether a removal or a newer entry has come in between, so that it must not be seen. */
  isVoid: boolean;
}

/** The entries on their way, by their keys. */
export class KvPending {
  readonly #writes = new Map<string, Map<PendingWrite, Promise<void>>>();

  /** Writes an entry; one of the same key that is not done yet gives way to it. */
  async run(key: string, write: (pending: PendingWrite) => Promise<void>): Promise<void> {
    const pending = { isVoid: false };
    const writes = this.#writes.get(key) ?? new Map<PendingWrite, Promise<void>>();
    for (const older of writes.keys()) older.isVoid = true;
    const writing = write(pending);
    this.#writes.set(key, writes.set(pending, writing));
    try {
      await writing;
    } finally {
      writes.delete(pending);
      if (writes.size === 0 && this.#writes.get(key) === writes) this.#writes.delete(key);
    }
  }

  /** Cancels the writes of `key`, and waits until none of them can be seen any more. */
  async cancel(key: string): Promise<void> {
    const writes = this.#writes.get(key);
    if (writes !== undefined) await cancelAll([writes]);
  }

  /** Cancels the writes of all keys that begin with `prefix`, and waits as {@link KvPending.cancel} does. */
  async cancelUnder(prefix: string): Promise<void> {
    await cancelAll([...this.#writes].filter(([key]) => key.startsWith(prefix)).map(([, writes]) => writes));
  }
}

async function cancelAll(all: readonly Map<PendingWrite, Promise<void>>[]): Promise<void> {
  for (const writes of all) for (const pending of writes.keys()) pending.isVoid = true;
  await Promise.allSettled(all.flatMap((writes) => [...writes.values()]));
}
