import { ConfigurationError } from "../errors/configuration_error.ts";
import { builtinModule } from "./builtin_module.ts";

/** A file that is written from its begin. */
export interface OutputFile {
  /** Writes `text`; resolves once it was taken. */
  write(text: string): Promise<void>;
  /** Closes the file. */
  close(): Promise<void>;
}

interface WriteStream {
  write(text: string, done: (error?: Error | null) => void): boolean;
  end(done: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
}

interface StreamModule {
  createReadStream(path: string, options: { readonly highWaterMark: number }): AsyncIterable<Uint8Array>;
  createWriteStream(path: string, options: { readonly fd: number }): WriteStream;
  openSync(path: string, flags: string): number;
  closeSync(file: number): void;
  statSync(path: string): { readonly size: number; isFile(): boolean };
  existsSync(path: string): boolean;
  writeFileSync(path: string, text: string): void;
  realpathSync(path: string): string;
}

const CHUNK_BYTES = 0x10000;

/**
 * What a file holds, in parts.
 *
 * @param path The path of the file.
 * @returns The parts. Reading throws what the runtime throws.
 */
export function readChunks(path: string): AsyncIterable<Uint8Array> {
  return streams().createReadStream(path, { highWaterMark: CHUNK_BYTES });
}

/**
 * Whether a path leads to a file that can be read more than once. Throws what the runtime throws where there is nothing.
 *
 * @param path The path.
 * @returns `true` for a regular file.
 */
export function isRegularFile(path: string): boolean {
  return streams().statSync(path).isFile();
}

/**
 * Whether there is something under a path.
 *
 * @param path The path.
 * @returns `true` if there is.
 */
export function isThere(path: string): boolean {
  return streams().existsSync(path);
}

/**
 * Opens a file to be written from its begin. Throws what the runtime throws.
 *
 * @param path The path of the file.
 * @returns The file, which is to be closed.
 */
export function openOutput(path: string): OutputFile {
  const fs = streams();
  const stream = fs.createWriteStream(path, { fd: fs.openSync(path, "w") });
  stream.on("error", () => {});
  return {
    write: (text) => new Promise((resolve, reject) => stream.write(text, (error) => error ? reject(error) : resolve())),
    close: () => new Promise((resolve) => stream.end(resolve)),
  };
}

/**
 * Sees to it that a file can be written; it is made, empty, where there is none. Throws what the runtime throws.
 *
 * @param path The path of the file.
 */
export function requireWritable(path: string): void {
  const fs = streams();
  fs.closeSync(fs.openSync(path, "a"));
}

/**
 * Writes a file at once. Throws what the runtime throws.
 *
 * @param path The path of the file.
 * @param content What it is to hold.
 */
export function writeWhole(path: string, content: string): void {
  streams().writeFileSync(path, content);
}

/**
 * Whether two paths lead to one file that is there.
 *
 * @param one A path.
 * @param other Another path.
 * @returns `true` if they do.
 */
export function isSameFile(one: string, other: string): boolean {
  try {
    return streams().realpathSync(one) === streams().realpathSync(other);
  } catch {
    return one === other;
  }
}

function streams(): StreamModule {
  const fs = builtinModule<StreamModule>("node:fs");
  if (fs !== undefined) return fs;
  throw new ConfigurationError("Cannot read or write files as the runtime has no node:fs: use Deno, Node or Bun");
}
