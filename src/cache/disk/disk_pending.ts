import type { Files } from "../../runtime/files.ts";
import { type DiskPlace, isTemporaryName, mayBeUnder, PASSING, tagOf } from "./disk_place.ts";
import type { DiskRoot } from "./disk_root.ts";

/** An entry on its way to the disk. */
export interface PendingWrite {
  /** Its key. */
  readonly key: string;
  /** The file that is written first. */
  readonly temporary: string;
  /** Whether a removal or a newer entry has come in between, so that it must not be seen. */
  isVoid: boolean;
}

/**
 * The entries on their way. A removal cancels what is on its way to the same place, in other processes too: there it
 * takes away the temporary file, whose writer then finds nothing to put in place.
 */
export class DiskPending {
  readonly #root: DiskRoot;
  readonly #files: Files;
  readonly #writes = new Map<string, PendingWrite>();
  /** Tells this writer's temporary names from those of others. */
  readonly #writer = crypto.randomUUID();
  #begun = 0;

  /** None yet, in the cache of `root`. */
  constructor(root: DiskRoot, files: Files) {
    this.#root = root;
    this.#files = files;
  }

  /** Begins a write, in place of one of the same key that is not done yet. */
  begin(key: string, place: DiskPlace): PendingWrite {
    const temporary = `${this.#root.pathOf(PASSING)}/${this.#writer}-${this.#begun++}.${tagOf(place)}`;
    const write = { key, temporary, isVoid: false };
    const older = this.#writes.get(key);
    if (older !== undefined) older.isVoid = true;
    this.#writes.set(key, write);
    return write;
  }

  /** A write is done, or has failed. */
  end(write: PendingWrite): void {
    if (this.#writes.get(write.key) === write) this.#writes.delete(write.key);
  }

  /** Cancels the write of `key`, wherever it is made. */
  cancel(key: string, place: DiskPlace): void {
    const own = this.#writes.get(key);
    if (own !== undefined) own.isVoid = true;
    const passing = this.#root.pathOf(PASSING);
    const end = `.${tagOf(place)}`;
    this.#removeTemporary(passing, this.#files.listNow(passing), (name) => name.endsWith(end));
  }

  /** Cancels all writes of keys that begin with `prefix`. */
  async cancelUnder(prefix: string): Promise<void> {
    for (const write of this.#writes.values()) if (write.key.startsWith(prefix)) write.isVoid = true;
    const passing = this.#root.pathOf(PASSING);
    this.#removeTemporary(passing, await this.#files.list(passing), (name) => mayBeUnder(prefix, name));
  }

  /** Our own are found by their mark: one that is removed while it is written has no effect either. */
  #removeTemporary(passing: string, names: readonly string[], isMeant: (name: string) => boolean): void {
    for (const name of names) {
      if (isMeant(name) && isTemporaryName(name) && !name.startsWith(this.#writer)) {
        this.#files.remove(`${passing}/${name}`);
      }
    }
  }
}
