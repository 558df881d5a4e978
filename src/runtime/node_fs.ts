import { readField } from "../errors/read_field.ts";

/** What `node:fs` knows of what is under a path. */
export interface FsStats {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ino: number;
  readonly dev: number;
  readonly mode: number;
  readonly uid: number;
  readonly nlink: number;
  isFile(): boolean;
  isDirectory(): boolean;
}

/** A file that is open. */
export interface FsFile {
  stat(): Promise<FsStats>;
  read(target: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  close(): Promise<void>;
}

/** What is used of `node:fs`. */
export interface FsModule {
  readonly constants: Readonly<Record<string, number | undefined>>;
  existsSync(path: string): boolean;
  openSync(path: string, flags: string | number, mode?: number): number;
  readSync(file: number, target: Uint8Array, offset: number, length: number, position: number): number;
  closeSync(file: number): void;
  writeSync(file: number, bytes: Uint8Array, offset: number, length: number, position: number | null): number;
  fdatasync(file: number, callback: (error: unknown) => void): void;
  fsyncSync(file: number): void;
  ftruncateSync(file: number, size: number): void;
  fstatSync(file: number): FsStats;
  fchmodSync(file: number, mode: number): void;
  chmodSync(path: string, mode: number): void;
  readFileSync(path: string, encoding: "utf8"): string;
  writeFileSync(path: string, text: string): void;
  readlinkSync(path: string): string;
  realpathSync(path: string): string;
  renameSync(from: string, to: string): void;
  linkSync(path: string, name: string): void;
  unlinkSync(path: string): void;
  mkdirSync(path: string, options: { recursive: true; mode: number }): void;
  rmdirSync(path: string): void;
  readdirSync(path: string): string[];
  lstatSync(path: string, options: { throwIfNoEntry: false }): FsStats | undefined;
  statSync(path: string, options: { throwIfNoEntry: false }): FsStats | undefined;
  readonly promises: {
    open(path: string, flags: number): Promise<FsFile>;
    writeFile(path: string, text: string, options: { mode: number; flag: string }): Promise<void>;
    readdir(path: string): Promise<string[]>;
  };
}

/**
 * Whether `error` says that there is no such file or directory.
 *
 * @param error What was thrown, of any type.
 * @returns `true` if it is missing.
 */
export function isMissing(error: unknown): boolean {
  const code = readField(error, "code");
  return code === "ENOENT" || code === "ENOTDIR";
}

/**
 * What `read` answers, or `undefined` where there is no such file.
 *
 * @param read Reads the file.
 * @returns The result, or `undefined`.
 * @throws {unknown} What `read` throws for another reason.
 */
export function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * What `reading` comes to, or `undefined` where there is no such file.
 *
 * @param reading The pending read.
 * @returns The result, or `undefined`.
 * @throws {unknown} What `reading` rejects with for another reason.
 */
export async function laterIfThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
