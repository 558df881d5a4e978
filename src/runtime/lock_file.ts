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

/** What a lock file is made with. */
export interface LockFileOptions {
  readonly fs: FsModule;
  /** Where it is made: a path that is its own. */
  readonly path: string;
  /** What stands in it, given whether the system holds a lock on it for as long as the process lives. */
  readonly describe: (isLockedBySystem: boolean) => string;
}

/**
 * A file that says who has something. It is made under a name of its own, and given others: a name is either free or
 * leads to a file in which all is said, and one alone is given it. Where the file system knows one name for a file only, it
 * is made under the name that it is given, and for a moment nothing is said in it.
 */
export class LockFile {
  readonly #options: LockFileOptions;
  #file: number | undefined = undefined;
  #locked: DenoFile | undefined = undefined;
  #text = "";
  /** Whether it still has the name under which it was made. */
  #hasOwnName = false;

  /** A file that is not made yet. */
  constructor(options: LockFileOptions) {
    this.#options = options;
  }

  /** What stands in it; empty before it is made. */
  get text(): string {
    return this.#text;
  }

  /** Gives it a name, unless that is taken; returns whether it has it now. */
  claim(name: string): boolean {
    const { fs, path } = this.#options;
    if (this.#file === undefined) {
      this.#make(path);
      this.#hasOwnName = true;
    }
    try {
      fs.linkSync(path, name);
      return true;
    } catch (error) {
      const code = readField(error, "code");
      if (code === "EEXIST") return false;
      // It was taken for one that was left behind.
      if (code === "ENOENT") this.drop();
      return code !== "ENOENT" && this.#claimAnew(name);
    }
  }

  /** Says once more that its holder is there. */
  beat(): void {
    this.#write();
  }

  /** Removes the name under which it was made, which is needed no more. */
  forgetName(): void {
    if (!this.#hasOwnName) return;
    this.#hasOwnName = false;
    const { fs, path } = this.#options;
    ifThere(() => fs.unlinkSync(path));
  }

  /** Ends what the system holds of it, and leaves it under the names that it was given. */
  drop(): void {
    if (this.#file !== undefined) this.#options.fs.closeSync(this.#file);
    this.#locked?.close();
    this.#file = this.#locked = undefined;
    this.#text = "";
    this.forgetName();
  }

  #claimAnew(name: string): boolean {
    this.drop();
    try {
      this.#make(name);
      return true;
    } catch (error) {
      if (readField(error, "code") === "EEXIST") return false;
      throw error;
    }
  }

  #make(path: string): void {
    const { fs, describe } = this.#options;
    this.#file = fs.openSync(path, "wx", FILE_MODE);
    try {
      const locked = lockedFile(path, "alone");
      this.#locked = typeof locked === "object" ? locked : undefined;
      this.#text = describe(this.#locked !== undefined);
      this.#write();
    } catch (error) {
      ifThere(() => fs.unlinkSync(path));
      this.drop();
      throw error;
    }
  }

  /** To the file itself: what lies under a name may be another's by now. */
  #write(): void {
    const bytes = new TextEncoder().encode(this.#text);
    this.#options.fs.writeSync(this.#file!, bytes, 0, bytes.length, 0);
  }
}

/**
 * Whether a process that had the system hold a lock on a file is there.
 *
 * @param path The path of the file.
 * @returns `undefined` where that cannot be asked.
 */
export function isHeldBySystem(path: string): boolean | undefined {
  // Several look at one moment, and must not take each other for the holder.
  const found = ifThere(() => lockedFile(path, "shared"));
  if (typeof found !== "object") return found;
  found.close();
  return false;
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
