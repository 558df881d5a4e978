import { type FsModule, type FsStats, ifThere, isMissing, laterIfThere } from "./node_fs.ts";
import { requireFiles } from "./require_files.ts";

/** What is known of what lies under a path. */
export interface FileFacts {
  /** Whether it is a file, a directory, or anything else: a link, a pipe, a device. */
  readonly kind: "file" | "directory" | "other";
  /** Its size. */
  readonly bytes: number;
  /** When it was last written, in milliseconds since 1970. */
  readonly modifiedMs: number;
  /** Who may do what with it, as the bits of `chmod`; `undefined` where the platform has none. */
  readonly mode: number | undefined;
  /** The number of the user whose it is. */
  readonly owner: number;
  /** What distinguishes it from another of the same name. */
  readonly identity: string;
}

/** What a cache of files needs of a platform. What it makes can be read by the user of the process alone. */
export interface Files {
  /**
   * The text of a file, or `undefined` where there is none, or one of more than `maxBytes`, or something else under its
   * name: no link is followed, no pipe or device waited for. A long one comes later, so that the loop continues.
   */
  read(path: string, maxBytes: number): string | undefined | Promise<string | undefined>;
  /** The first 256 bytes of a file as text, or `undefined` where there is none. No link is followed. */
  readHead(path: string): string | undefined;
  /** Makes a new file; a long one is written later, so that the loop continues. */
  write(path: string, text: string): void | Promise<void>;
  /** Makes an empty file unless it is there; a link is followed. */
  touch(path: string): void;
  /** Takes from others what they may do with a file or directory. Nothing is done to what has another name as well. */
  tighten(path: string): void;
  /**
   * {@link Files.tighten} without opening the file: closing a file that SQLite has open in the same process drops
   * its locks.
   */
  tightenUnopened(path: string): void;
  /** Gives a file another name, in place of what has it. Fails with the code `ENOENT` where the directory is missing. */
  rename(from: string, to: string): void;
  /** Removes a file, or a link, not what it leads to; returns whether there was one. */
  remove(path: string): boolean;
  /** Makes a directory and those above it, unless they are there. */
  makeDirectory(path: string): void;
  /** Removes a directory if it is empty. */
  removeDirectory(path: string): void;
  /** The names in a directory; none where there is no such directory. */
  list(path: string): Promise<string[]>;
  /** {@link Files.list} at once, for a directory with few names. */
  listNow(path: string): string[];
  /** What is known of what lies under a path, a link for itself, or `undefined` where there is nothing. */
  facts(path: string): FileFacts | undefined;
  /** {@link Files.facts} of what a link leads to. */
  factsBehind(path: string): FileFacts | undefined;
}

/** Up to this size a file is faster, and blocks the loop for less, when it is read or written at once. */
const MAX_BYTES_AT_ONCE = 0x10000;

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/** Of so many missing files in a row one is opened all the same: what cannot be read at all seems to be missing, too. */
const MISSING_A_CHECK = 64;

/**
 * The files of the runtime; `task` says what they are wanted for, as in `open a disk cache`.
 *
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @returns The files of the runtime.
 * @throws {ConfigurationError} If the runtime has no `node:fs`.
 */
export function openFiles(task: string): Files {
  return new NodeFiles(requireFiles(task));
}

class NodeFiles implements Files {
  readonly #fs: FsModule;
  readonly #buffer = new Uint8Array(MAX_BYTES_AT_ONCE);
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  /** Windows has none of these: its links need rights that few have, its pipes lie elsewhere. */
  readonly #isPosix: boolean;
  readonly #readFlags: number;
  /** How many files in a row were not there when they were to be read. */
  #missing = 0;

  constructor(fs: FsModule) {
    this.#fs = fs;
    const { O_RDONLY = 0, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
    this.#isPosix = O_NOFOLLOW !== 0;
    this.#readFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
  }

  read(path: string, maxBytes: number): string | undefined | Promise<string | undefined> {
    // Where the files before were missing this one may be, too: to ask takes a tenth of what an error takes to be made.
    if (this.#missing % MISSING_A_CHECK !== 0 && !this.#fs.existsSync(path)) return void this.#missing++;
    const bytes = this.#ifFile(path, () => this.#readBytes(path, this.#buffer.length));
    this.#missing = bytes === undefined ? this.#missing + 1 : 0;
    if (bytes === undefined || bytes.length > maxBytes) return undefined;
    // A device that never ends fills the buffer, too: what continues reads files alone.
    return bytes.length < this.#buffer.length ? this.#decoder.decode(bytes) : this.#readLong(path, maxBytes);
  }

  readHead(path: string): string | undefined {
    const bytes = this.#ifFile(path, () => this.#readBytes(path, 256));
    return bytes && this.#decoder.decode(bytes);
  }

  /** The answer holds until the next call. */
  #readBytes(path: string, length: number): Uint8Array {
    const file = this.#fs.openSync(path, this.#readFlags);
    try {
      return this.#buffer.subarray(0, this.#fs.readSync(file, this.#buffer, 0, length, 0));
    } finally {
      this.#fs.closeSync(file);
    }
  }

  async #readLong(path: string, maxBytes: number): Promise<string | undefined> {
    const file = await laterIfThere(this.#fs.promises.open(path, this.#readFlags));
    try {
      const stats = await file?.stat();
      if (file === undefined || !stats?.isFile() || stats.size > maxBytes) return undefined;
      const bytes = new Uint8Array(stats.size);
      for (let length = 0; length < bytes.length;) {
        const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
        if (bytesRead === 0) return undefined;
        length += bytesRead;
      }
      return this.#decoder.decode(bytes);
    } finally {
      await file?.close();
    }
  }

  write(path: string, text: string): void | Promise<void> {
    if (text.length > MAX_BYTES_AT_ONCE) {
      return this.#fs.promises.writeFile(path, text, { mode: FILE_MODE, flag: "wx" });
    }
    // Not by `writeFileSync()`, as some runtimes make the file first and give it its mode then.
    const file = this.#fs.openSync(path, "wx", FILE_MODE);
    try {
      const bytes = this.#encoder.encode(text);
      for (let at = 0; at < bytes.length;) at += this.#fs.writeSync(file, bytes, at, bytes.length - at, null);
    } finally {
      this.#fs.closeSync(file);
    }
  }

  touch(path: string): void {
    this.#fs.closeSync(this.#fs.openSync(path, "a", FILE_MODE));
  }

  tighten(path: string): void {
    const file = this.#ifFile(path, () => this.#fs.openSync(path, this.#readFlags));
    if (file === undefined) return;
    try {
      const stats = this.#fs.fstatSync(file);
      const isOthers = !stats.isDirectory() && (!stats.isFile() || stats.nlink !== 1);
      if (this.#isPosix && (stats.mode & 0o77) !== 0 && !isOthers) this.#fs.fchmodSync(file, stats.mode & 0o700);
    } finally {
      this.#fs.closeSync(file);
    }
  }

  tightenUnopened(path: string): void {
    const stats = this.#fs.lstatSync(path, { throwIfNoEntry: false });
    if (!this.#isPosix || !stats?.isFile() || stats.nlink !== 1 || (stats.mode & 0o77) === 0) return;
    this.#fs.chmodSync(path, stats.mode & 0o700);
  }

  rename(from: string, to: string): void {
    this.#fs.renameSync(from, to);
  }

  remove(path: string): boolean {
    return ifThere(() => (this.#fs.unlinkSync(path), true)) ?? false;
  }

  makeDirectory(path: string): void {
    this.#fs.mkdirSync(path, { recursive: true, mode: DIRECTORY_MODE });
  }

  removeDirectory(path: string): void {
    try {
      this.#fs.rmdirSync(path);
    } catch {
      // Another process has put something there, or it is gone.
    }
  }

  async list(path: string): Promise<string[]> {
    return await laterIfThere(this.#fs.promises.readdir(path)) ?? [];
  }

  listNow(path: string): string[] {
    return ifThere(() => this.#fs.readdirSync(path)) ?? [];
  }

  facts(path: string): FileFacts | undefined {
    return this.#toFacts(ifThere(() => this.#fs.lstatSync(path, { throwIfNoEntry: false })));
  }

  factsBehind(path: string): FileFacts | undefined {
    return this.#toFacts(ifThere(() => this.#fs.statSync(path, { throwIfNoEntry: false })));
  }

  #toFacts(stats: FsStats | undefined): FileFacts | undefined {
    return stats && {
      kind: stats.isFile() ? "file" : stats.isDirectory() ? "directory" : "other",
      bytes: stats.size,
      modifiedMs: stats.mtimeMs,
      mode: this.#isPosix ? stats.mode & 0o7777 : undefined,
      owner: stats.uid,
      identity: `${stats.dev}:${stats.ino}`,
    };
  }

  /** What `use` makes of a file; `undefined` where there is none, or something else, which fails in many ways. */
  #ifFile<T>(path: string, use: () => T): T | undefined {
    try {
      return use();
    } catch (error) {
      if (isMissing(error)) return undefined;
      const facts = this.facts(path);
      if (facts !== undefined && facts.kind !== "file") return undefined;
      throw error;
    }
  }
}
