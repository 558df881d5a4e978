import { readField } from "../errors/read_field.ts";
import { globalValue } from "./global_value.ts";
import { type FsModule, ifThere } from "./node_fs.ts";

const FILE_MODE = 0o600;

/** A file of Deno's, which the system can lock for as long as its process lives. */
interface DenoFile {
  tryLockSync?(exclusive: boolean): boolean;
  close(): void;
}

interface DenoLike {
  openSync(path: string, options: { readonly read: boolean; readonly write: boolean }): DenoFile;
}

/** A file that says who has something: it is made by one alone. */
export class LockFile {
  readonly #fs: FsModule;
  readonly #path: string;
  #locked: DenoFile | undefined = undefined;

  /** The lock under `path`, not made yet. */
  constructor(fs: FsModule, path: string) {
    this.#fs = fs;
    this.#path = path;
  }

  /**
   * Makes the file, unless it is there; returns whether this made it. `describe` says what stands in it, given whether
   * the system holds a lock on it for as long as the process lives.
   */
  make(describe: (isLockedBySystem: boolean) => string): boolean {
    try {
      this.#fs.closeSync(this.#fs.openSync(this.#path, "wx", FILE_MODE));
    } catch (error) {
      if (readField(error, "code") === "EEXIST") return false;
      throw error;
    }
    try {
      const locked = lockedFile(this.#path, "alone");
      this.#locked = typeof locked === "object" ? locked : undefined;
      this.write(describe(this.#locked !== undefined));
      return true;
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** What stands in it; `undefined` where there is none. */
  read(): string | undefined {
    return ifThere(() => this.#fs.readFileSync(this.#path, "utf8"));
  }

  /** Writes what stands in it once more: that it is done says that its holder is there. */
  write(text: string): void {
    const file = this.#fs.openSync(this.#path, "r+");
    try {
      const bytes = new TextEncoder().encode(text);
      this.#fs.writeSync(file, bytes, 0, bytes.length, null);
    } finally {
      this.#fs.closeSync(file);
    }
  }

  /** When it was last written, in milliseconds since 1970 as its file system counts them; `undefined` where there is none. */
  get writtenMs(): number | undefined {
    return ifThere(() => this.#fs.statSync(this.#path, { throwIfNoEntry: false })?.mtimeMs);
  }

  /** Whether a process that had the system hold a lock on it is there; `undefined` where that cannot be asked. */
  get isHeldBySystem(): boolean | undefined {
    // Several look at one moment, and must not take each other for the holder.
    const found = ifThere(() => lockedFile(this.#path, "shared"));
    if (typeof found !== "object") return found;
    found.close();
    return false;
  }

  /** Removes it. */
  remove(): void {
    ifThere(() => this.#fs.unlinkSync(this.#path));
    this.leave();
  }

  /** Ends what the system holds of it, and leaves the file. */
  leave(): void {
    this.#locked?.close();
    this.#locked = undefined;
  }
}

/** The file with a lock of the system's on it; `true` where another has one, `undefined` where the runtime knows no locks. */
function lockedFile(path: string, how: "alone" | "shared"): DenoFile | true | undefined {
  const file = globalValue<DenoLike>("Deno")?.openSync(path, { read: true, write: true });
  try {
    const isLocked = file?.tryLockSync?.(how === "alone");
    if (isLocked) return file;
    file?.close();
    return isLocked === undefined ? undefined : true;
  } catch {
    // Some file systems know no locks.
    file?.close();
    return undefined;
  }
}
