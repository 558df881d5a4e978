import { globalValue } from "./global_value.ts";
import { ConfigurationError } from "../errors/configuration_error.ts";
import { type Files, openFiles } from "./files.ts";
import { requireKv } from "./require_kv.ts";

/** A key: parts that are compared one by one. */
export type KvKey = readonly (Uint8Array | string | number | bigint | boolean | symbol)[];

/** What is found under a key; a missing key has no `versionstamp`, whatever its value. */
export interface KvEntry {
  /** The key. */
  readonly key: KvKey;
  /** The value; `null` for a missing key, but also a stored `null`. */
  readonly value: unknown;
  /** The version, or `null` where there is none. */
  readonly versionstamp: string | null;
}

/** Changes that are made together or not at all. */
export interface KvCommit {
  /**
   * Lets the commit fail if the key no longer has this version.
   *
   * @param checks What must not have changed.
   * @returns The same commit.
   */
  check(...checks: { key: KvKey; versionstamp: string | null }[]): KvCommit;
  /**
   * Stores a value; it is removed some time after `expireIn` milliseconds.
   *
   * @param key The key.
   * @param value The value.
   * @param options When it expires.
   * @returns The same commit.
   */
  set(key: KvKey, value: unknown, options?: { expireIn?: number }): KvCommit;
  /**
   * Removes a value.
   *
   * @param key The key.
   * @returns The same commit.
   */
  delete(key: KvKey): KvCommit;
  /**
   * Makes the changes; `ok` is false where a check failed.
   *
   * @returns Whether the changes were made.
   */
  commit(): Promise<{ readonly ok: boolean }>;
}

/** What the backend needs of a `Deno.Kv`. */
export interface KvDatabase {
  /**
   * The entry under a key.
   *
   * @param key The key.
   * @returns The entry; its `versionstamp` is `null` where there is none.
   */
  get(key: KvKey): Promise<KvEntry>;
  /**
   * The entries from `start` to before `end`, in order.
   *
   * @param selector Which keys.
   * @param options How they are read.
   * @returns The entries, one after the other.
   */
  list(selector: { start: KvKey; end: KvKey }, options?: { batchSize?: number }): AsyncIterable<KvEntry>;
  /**
   * Begins a commit.
   *
   * @returns The commit, of which nothing is done yet.
   */
  atomic(): KvCommit;
  /** Closes the database. */
  close(): void;
}

const TASK = "open the kv cache";

interface KvRuntime {
  readonly openKv?: (path?: string) => Promise<KvDatabase>;
}

/**
 * Opens the Deno KV database at `path`, or the script's own. A file of it can be read by its user alone.
 *
 * @param path The path of the file; `undefined` for the default database of the script.
 * @returns The database.
 * @throws {ConfigurationError} If the runtime has no `Deno.openKv`, or there is something else at `path`, which is left as
 *   it is.
 */
export async function openKv(path: string | undefined): Promise<KvDatabase> {
  requireKv();
  if (path === undefined || !isFile(path)) return await kvRuntime().openKv!(path);
  const files = openFiles(TASK);
  const facts = files.factsBehind(path);
  if (facts === undefined) files.touch(path);
  else if (facts.kind !== "file") throw foreignFile(`a ${facts.kind === "directory" ? "directory" : "device or pipe"}`);
  try {
    const kv = await kvRuntime().openKv!(path);
    for (const suffix of ["", "-wal", "-shm"]) tightenIfOwn(files, path + suffix);
    return kv;
  } catch (error) {
    throw isNoDatabase(error) ? foreignFile("a file that is no database, or a damaged one", error) : error;
  }
}

/**
 * What distinguishes the file at `path` from another of the same name, or `undefined` where there is none.
 *
 * @param path The path of the file; `undefined` for the default database of the script.
 * @returns The identity, or `undefined` where there is no file.
 */
export function kvFileIdentity(path: string | undefined): string | undefined {
  if (path === undefined || !isFile(path)) return undefined;
  return openFiles(TASK).factsBehind(path)?.identity;
}

function tightenIfOwn(files: Files, path: string): void {
  try {
    files.tightenUnopened(path);
  } catch {
    // Not there, or another user's, who alone may.
  }
}

function isNoDatabase(error: unknown): boolean {
  return error instanceof Error && /not a database|malformed/i.test(error.message);
}

function foreignFile(found: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(
    "Cannot use the kv cache as 'path' must name a Deno KV database, or a file that is not there yet: received " +
      `${found}; choose another 'path', or remove it`,
    { cause },
  );
}

/** All but a database in memory, and one that is reached over the network. */
function isFile(path: string): boolean {
  return path !== ":memory:" && !/^https?:/.test(path);
}

function kvRuntime(): KvRuntime {
  return globalValue<KvRuntime>("Deno") ?? {};
}
