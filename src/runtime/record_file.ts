import { type FsModule, ifThere } from "./node_fs.ts";

const FILE_MODE = 0o600;
/** What others than the owner may do with a file. */
const OTHERS = 0o77;

/** A file that grows at its end, and is read anywhere. It holds no more than what was written as a whole. */
export class RecordFile {
  /** Where it lies, without links. */
  readonly path: string;
  readonly #fs: FsModule;
  readonly #file: number;
  #size: number;

  /**
   * Opens the file, to read it alone where `isReadOnly`; else it is made, for its owner alone, where there is none.
   * Throws what the runtime throws.
   */
  constructor(fs: FsModule, path: string, isReadOnly = false) {
    const { O_RDONLY = 0, O_RDWR = 2, O_CREAT = 64, O_APPEND = 1_024, O_NONBLOCK = 0 } = fs.constants;
    this.#fs = fs;
    this.path = path;
    this.#file = fs.openSync(path, O_NONBLOCK | (isReadOnly ? O_RDONLY : O_RDWR | O_CREAT | O_APPEND), FILE_MODE);
    const stats = fs.fstatSync(this.#file);
    this.#size = stats.size;
    if (stats.isFile()) return;
    this.close();
    throw new Error("it is no regular file");
  }

  /** How many bytes it has. */
  get size(): number {
    return this.#size;
  }

  /** Fills `target` with what stands from `position` on; returns how many bytes that is, 0 at the end. */
  read(target: Uint8Array, position: number): number {
    return this.#fs.readSync(this.#file, target, 0, target.length, position);
  }

  /** Writes `bytes` at the end: all of them, or none where that fails. */
  append(bytes: Uint8Array): void {
    const before = this.#size;
    try {
      for (let done = 0; done < bytes.length;) {
        done += this.#fs.writeSync(this.#file, bytes, done, bytes.length - done, null);
      }
      this.#size += bytes.length;
    } catch (error) {
      this.#restore(before);
      throw error;
    }
  }

  /** Writes `text` at the end. */
  appendText(text: string): void {
    this.append(new TextEncoder().encode(text));
  }

  /** Resolves once all that was written is safe from a loss of power. */
  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fs.fdatasync(this.#file, (error) => error ? reject(error) : resolve());
    });
  }

  /** Whether it is still what lies under its path, with all that was written to it and nothing else. */
  get isInPlace(): boolean {
    const own = this.#fs.fstatSync(this.#file);
    const there = ifThere(() => this.#fs.statSync(this.path, { throwIfNoEntry: false }));
    return there !== undefined && there.ino === own.ino && there.dev === own.dev && own.size === this.#size;
  }

  /** Drops all behind the first `size` bytes. */
  truncate(size: number): void {
    this.#fs.ftruncateSync(this.#file, size);
    this.#size = size;
  }

  /** Takes from others what they may do with it. That of another user stays as it is, and one with other names. */
  tighten(): void {
    const { mode, nlink } = this.#fs.fstatSync(this.#file);
    if ((mode & OTHERS) === 0 || nlink !== 1) return;
    try {
      this.#fs.fchmodSync(this.#file, mode & 0o700);
    } catch {
      // It can be written all the same, which is what counts.
    }
  }

  /** Closes the file; nothing may be done with it after that. */
  close(): void {
    this.#fs.closeSync(this.#file);
  }

  /** A part of a line at the end would be found and cut by who opens it next, too. */
  #restore(size: number): void {
    try {
      this.#fs.ftruncateSync(this.#file, size);
    } catch {
      // What made the write fail is what counts.
    }
  }
}
