import { ConfigurationError } from "../errors.ts";
import { openFiles } from "./files.ts";

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
  /** Lets the commit fail if the key no longer has this version. */
  check(...checks: { key: KvKey; versionstamp: string | null }[]): KvCommit;
  /** Stores a value; it is removed some time after `expireIn` milliseconds. */
  set(key: KvKey, value: unknown, options?: { expireIn?: number }): KvCommit;
  /** Removes a value. */
  delete(key: KvKey): KvCommit;
  /** Makes the changes; `ok` is false where a check failed. */
  commit(): Promise<{ readonly ok: boolean }>;
}

/** What the backend needs of a `Deno.Kv`. */
export interface KvDatabase {
  /** The entry under a key. */
  get(key: KvKey): Promise<KvEntry>;
  /** The entries from `start` to before `end`, in order. */
  list(selector: { start: KvKey; end: KvKey }, options?: { batchSize?: number }): AsyncIterable<KvEntry>;
  /** Begins a commit. */
  atomic(): KvCommit;
  /** Closes the database. */
  close(): void;
}

interface KvRuntime {
  readonly openKv?: (path?: string) => Promise<KvDatabase>;
}

/**
 * Opens the Deno KV database at `path`, or the script's own. A file is made for its user alone.
 *
 * @throws {ConfigurationError} If the runtime has no `Deno.openKv`.
 */
export async function openKv(path: string | undefined): Promise<KvDatabase> {
  requireKv();
  if (path !== undefined && isFile(path)) openFiles("open the kv cache").touch(path);
  return await kvRuntime().openKv!(path);
}

/**
 * Makes sure that there is a Deno KV.
 *
 * @throws {ConfigurationError} If the runtime has no `Deno.openKv`.
 */
export function requireKv(): void {
  if (kvRuntime().openKv !== undefined) return;
  throw new ConfigurationError(
    'Cannot open the kv cache as Deno.openKv is missing: run Deno with --unstable-kv, or use the backend "sqlite" or "disk"',
  );
}

/** All but a database in memory, and one that is reached over the network. */
function isFile(path: string): boolean {
  return path !== ":memory:" && !/^https?:/.test(path);
}

function kvRuntime(): KvRuntime {
  return (globalThis as { Deno?: KvRuntime }).Deno ?? {};
}
