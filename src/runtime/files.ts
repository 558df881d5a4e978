import { ConfigurationError } from "../errors.ts";
import { builtinModule } from "./builtin_module.ts";

/** What is known of a file. */
export interface FileFacts {
  /** Its size. */
  readonly bytes: number;
  /** When it was last written, in milliseconds since 1970. */
  readonly modifiedMs: number;
}

/** What a cache of files needs of a platform. What it makes can be read by the user of the process alone. */
export interface Files {
  /** The text of a file, or `undefined` where there is none. A long one comes later, so that the loop goes on. */
  read(path: string): string | undefined | Promise<string>;
  /** The first 256 bytes of a file as text, or `undefined` where there is none. */
  readHead(path: string): string | undefined;
  /** Makes a new file; a long one is written later, so that the loop goes on. */
  write(path: string, text: string): void | Promise<void>;
  /** Makes an empty file unless it is there. */
  touch(path: string): void;
  /** Gives a file another name, in place of what has it. Fails with the code `ENOENT` where the directory is missing. */
  rename(from: string, to: string): void;
  /** Removes a file; tells whether there was one. */
  remove(path: string): boolean;
  /** Makes a directory and those above it, unless they are there. */
  makeDirectory(path: string): void;
  /** The names in a directory; none where there is no such directory. */
  list(path: string): Promise<string[]>;
  /** Removes a file, or a directory with all in it. */
  removeTree(path: string): Promise<void>;
  /** What is known of a file, or `undefined` where there is none. */
  facts(path: string): Promise<FileFacts | undefined>;
  /** What tells the file of now from another of the same name, or `undefined` where there is none. */
  identity(path: string): number | undefined;
}

interface Stats {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ino: number;
}

interface FsModule {
  openSync(path: string, flags: string, mode?: number): number;
  readSync(file: number, target: Uint8Array, offset: number, length: number, position: number): number;
  closeSync(file: number): void;
  writeFileSync(path: string, text: string, options: { mode: number; flag: string }): void;
  renameSync(from: string, to: string): void;
  unlinkSync(path: string): void;
  mkdirSync(path: string, options: { recursive: true; mode: number }): void;
  statSync(path: string, options: { throwIfNoEntry: false }): Stats | undefined;
  readonly promises: {
    readFile(path: string, encoding: "utf8"): Promise<string>;
    writeFile(path: string, text: string, options: { mode: number; flag: string }): Promise<void>;
    readdir(path: string): Promise<string[]>;
    rm(path: string, options: { recursive: true; force: true }): Promise<void>;
    stat(path: string): Promise<Stats>;
  };
}

/** Up to this size a file is faster, and blocks the loop for less, when it is read or written at once. */
const MAX_BYTES_AT_ONCE = 0x10000;

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/**
 * The files of the runtime; `task` says what they are wanted for, as in `open a disk cache`.
 *
 * @throws {ConfigurationError} If the runtime has no `node:fs`.
 */
export function openFiles(task: string): Files {
  const fs = builtinModule<FsModule>("node:fs");
  if (fs !== undefined) return new NodeFiles(fs);
  throw new ConfigurationError(`Cannot ${task} as this runtime has no files: use another backend, such as "memory"`);
}

class NodeFiles implements Files {
  readonly #fs: FsModule;
  readonly #buffer = new Uint8Array(MAX_BYTES_AT_ONCE);
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  constructor(fs: FsModule) {
    this.#fs = fs;
  }

  read(path: string): string | undefined | Promise<string> {
    const bytes = ifThere(() => this.#readBytes(path, this.#buffer.length));
    if (bytes === undefined || bytes.length < this.#buffer.length) return bytes && this.#decoder.decode(bytes);
    return this.#fs.promises.readFile(path, "utf8");
  }

  readHead(path: string): string | undefined {
    const bytes = ifThere(() => this.#readBytes(path, 256));
    return bytes && this.#decoder.decode(bytes);
  }

  /** The answer holds until the next call. */
  #readBytes(path: string, length: number): Uint8Array {
    const file = this.#fs.openSync(path, "r");
    try {
      return this.#buffer.subarray(0, this.#fs.readSync(file, this.#buffer, 0, length, 0));
    } finally {
      this.#fs.closeSync(file);
    }
  }

  write(path: string, text: string): void | Promise<void> {
    const options = { mode: FILE_MODE, flag: "wx" };
    if (text.length > MAX_BYTES_AT_ONCE) return this.#fs.promises.writeFile(path, text, options);
    this.#fs.writeFileSync(path, text, options);
  }

  touch(path: string): void {
    this.#fs.closeSync(this.#fs.openSync(path, "a", FILE_MODE));
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

  async list(path: string): Promise<string[]> {
    return await laterIfThere(this.#fs.promises.readdir(path)) ?? [];
  }

  async removeTree(path: string): Promise<void> {
    await this.#fs.promises.rm(path, { recursive: true, force: true });
  }

  async facts(path: string): Promise<FileFacts | undefined> {
    const stats = await laterIfThere(this.#fs.promises.stat(path));
    return stats && { bytes: stats.size, modifiedMs: stats.mtimeMs };
  }

  identity(path: string): number | undefined {
    return this.#fs.statSync(path, { throwIfNoEntry: false })?.ino;
  }
}

/** Whether `error` says that there is no such file or directory. */
export function isMissing(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "ENOENT" || code === "ENOTDIR";
}

function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function laterIfThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
