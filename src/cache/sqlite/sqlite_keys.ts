import { ENGINE_KEY_BYTES, engineKeyBytes } from "../backend/engine_key.ts";
import { plainKey } from "../backend/plain_key.ts";
import { checksum } from "../codec/checksum.ts";
import type { SqliteStatements } from "./sqlite_statements.ts";

/** A key as a row keeps it. */
export interface SqliteKey {
  /** The number of its function, or {@link TEXT_SCOPE}. */
  readonly scope: number;
  /** What the index knows of it: 48 bits. */
  readonly hash: number;
  /** All else that tells it from others. */
  readonly key: string | Uint8Array;
}

/** The scope of keys that are no keys of the engine. */
export const TEXT_SCOPE = 0;

/** The engine's keys begin with the hashes of a namespace and of a function, as text and as bytes. */
const PREFIX_LENGTH = 34;
const HASH_AT = 16;
const HASH_BYTES = 6;

/**
 * How many bytes of a key's SHA-256 are kept, those of the hash included: 160 bits. Of 2⁴⁰ entries two have the same by
 * chance once in 2⁸¹ times, and to find two calls that do takes 2⁸⁰ hashes (NIST SP 800-107, 5.1: truncation leaves half of the bits
 * kept). Who found them would have two calls of his own share a result.
 */
const KEPT_BYTES = 20;

/** Functions whose numbers are remembered; past that all are asked for again. */
const MAX_SCOPES = 1_000;

/** SQLite copies what it is given, and each operation hands its key over before the next begins. */
const keyBytes = new Uint8Array(ENGINE_KEY_BYTES);
const restBytes = keyBytes.subarray(HASH_AT + HASH_BYTES, HASH_AT + KEPT_BYTES);

/**
 * Keys as rows keep them: what all keys of a function begin with stands in a table of its own, and is a number here. Two keys of
 * one scope and hash, of which there are two among a million in one of 560 stores, take each other's place; as all of the key is
 * compared, neither ever gets the other's entry.
 */
export class SqliteKeys {
  readonly #statements: SqliteStatements;
  readonly #scopes = new Map<string, number>();
  #lastPrefix = "";
  #lastScope = TEXT_SCOPE;

  /** The keys of one database, whose scopes are never removed. */
  constructor(statements: SqliteStatements) {
    this.#statements = statements;
  }

  /** The key as rows keep it, or `undefined` where there is no row of its function; it is good until the next is asked for. */
  find(key: string): SqliteKey | undefined {
    const bytes = engineKeyBytes(key, keyBytes);
    if (bytes?.length !== ENGINE_KEY_BYTES) return textKey(key);
    const isLast = this.#lastScope !== TEXT_SCOPE && key.startsWith(this.#lastPrefix);
    const scope = isLast ? this.#lastScope : this.#scopeOf(key);
    if (scope === undefined) return undefined;
    const high = bytes[HASH_AT]! << 16 | bytes[HASH_AT + 1]! << 8 | bytes[HASH_AT + 2]!;
    const low = bytes[HASH_AT + 3]! << 16 | bytes[HASH_AT + 4]! << 8 | bytes[HASH_AT + 5]!;
    return { scope, hash: high * 2 ** 24 + low, key: restBytes };
  }

  /** The key as rows keep it, the number of its function made where there is none. */
  make(key: string): SqliteKey {
    const found = this.find(key);
    if (found !== undefined) return found;
    this.#statements.addScope.run(engineKeyBytes(key.slice(0, PREFIX_LENGTH))!);
    return this.find(key)!;
  }

  #scopeOf(key: string): number | undefined {
    const prefix = key.slice(0, PREFIX_LENGTH);
    const scope = this.#scopes.get(prefix) ?? this.#readScope(prefix);
    if (scope === undefined) return undefined;
    this.#lastPrefix = prefix;
    return this.#lastScope = scope;
  }

  #readScope(prefix: string): number | undefined {
    const row = this.#statements.findScope.get(engineKeyBytes(prefix)!) as { id: number | bigint } | null | undefined;
    if (row === undefined || row === null) return undefined;
    if (this.#scopes.size >= MAX_SCOPES) this.#scopes.clear();
    const scope = Number(row.id);
    this.#scopes.set(prefix, scope);
    return scope;
  }
}

function textKey(key: string): SqliteKey {
  const plain = plainKey(key);
  return { scope: TEXT_SCOPE, hash: checksum(plain) % 2 ** 48, key: plain };
}
