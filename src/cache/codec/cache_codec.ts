import { SerializationError } from "../../errors/serialization_error.ts";
import type { CacheEntry } from "../backend/cache_backend.ts";
import { checksum } from "./checksum.ts";
import { decodeGraph } from "./graph_decoder.ts";
import { encodeGraph } from "./graph_encoder.ts";
import { isJsonSafe } from "./json_safe.ts";
import { DEFAULT_MAX_ENTRY_BYTES, isOverBytes } from "../backend/max_entry_bytes.ts";
import { plainKey } from "../backend/plain_key.ts";

/** The mark and the version of the form; another version's text is a miss. */
const MAGIC = "opero1:";

/** Marks a payload that is plain JSON. */
const JSON_MARK = "j" as const;
/** Marks a payload of the form described in `graph_format.ts`. */
const GRAPH_MARK = "g" as const;

/**
 * The text to keep for `entry` under `key`: well-formed Unicode without NUL,
 * `opero1:<checksum>:<createdAt>,<expiresAt>,<staleUntil>:<payload>`. The checksum covers the key and all behind it.
 *
 * Kept exactly are `undefined`, `null`, booleans, every number and text, bigints, `Date`, `Map`, `Set`, `RegExp`,
 * `URL`, `Error`, `ArrayBuffer` and its views, Node's `Buffer`, arrays with or without holes, plain objects and those without a
 * prototype, with shared references and cycles. A property with a getter is kept as the value it has.
 *
 * @param key The key under which the text is kept.
 * @param entry The entry to keep.
 * @param maxEntryBytes The limit for the text, in bytes.
 * @returns The text.
 * @throws {SerializationError} If the value holds anything else, a function, a promise or an instance of a class, say, or the text
 * takes more than `maxEntryBytes`.
 *
 * @example
 * ```ts
 * import { decodeEntry, encodeEntry } from "@opero/core/backend";
 * import { assertEquals } from "@std/assert";
 *
 * const entry = { value: new Map([["a", 1n]]), createdAt: 0, expiresAt: Infinity, staleUntil: Infinity };
 * const text = encodeEntry("key", entry);
 * assertEquals(decodeEntry("key", text), entry);
 * assertEquals(decodeEntry("another key", text), undefined);
 * ```
 */
export function encodeEntry(key: string, entry: CacheEntry, maxEntryBytes: number = DEFAULT_MAX_ENTRY_BYTES): string {
  const { mark, payload } = encodeValue(entry.value);
  const head = `${entry.createdAt},${entry.expiresAt},${entry.staleUntil}:${mark}`;
  return allowed(`${MAGIC}${checksumOf(key, head, payload)}:${head}${payload}`, maxEntryBytes);
}

/** What is kept of a value where all else of its entry is kept beside it. */
export interface ValueParts {
  /** A whole number of 32 bits. */
  readonly checksum: number;
  /** Plain JSON, or {@link GRAPH_MARK}, which no JSON begins with, and a graph. */
  readonly text: string;
}

/** Of the checksum, as much as finds damage and is kept in four bytes. */
const CHECKSUM_RANGE = 2 ** 32;

/**
 * {@link encodeEntry} for stores that keep times as numbers, and compare keys themselves.
 *
 * @param value The value to keep.
 * @param seed A number that differs where anything does that is kept beside it.
 * @param maxEntryBytes The limit for the text, in bytes.
 * @returns The text, and the checksum over it and the seed.
 * @throws {SerializationError} As `encodeEntry` does.
 */
export function encodeParts(value: unknown, seed: number, maxEntryBytes: number): ValueParts {
  const { mark, payload } = encodeValue(value);
  const text = allowed(mark === JSON_MARK ? payload : mark + payload, maxEntryBytes);
  return { checksum: checksum(text, seed) % CHECKSUM_RANGE, text };
}

/**
 * The entry of what {@link encodeParts} returned, or `undefined` where anything of it is damaged or foreign.
 *
 * @param times The times of the entry.
 * @param seed The number that it was kept with.
 * @param parts The value as a text of an allowed length, and the checksum.
 * @returns The entry, or `undefined`.
 */
export function decodeParts(times: EntryTimes, seed: number, parts: ValueParts): CacheEntry | undefined {
  const { text } = parts;
  if (!text.isWellFormed() || checksum(text, seed) % CHECKSUM_RANGE !== parts.checksum) return undefined;
  return text.startsWith(GRAPH_MARK) ? toEntry(times, GRAPH_MARK, text.slice(1)) : toEntry(times, JSON_MARK, text);
}

/** The times of an entry. */
export type EntryTimes = Omit<CacheEntry, "value">;

function allowed(text: string, maxEntryBytes: number): string {
  if (!isOverBytes(text, maxEntryBytes)) return text;
  throw new SerializationError(
    `Cannot keep the value as it takes more than the ${maxEntryBytes} bytes of 'maxEntryBytes'`,
  );
}

/**
 * The entry that `text` keeps under `key`, or `undefined` where it is torn, damaged, foreign, of another version or takes more
 * than `maxEntryBytes`.
 *
 * @param key The key under which the text was kept.
 * @param text The text that was kept.
 * @param maxEntryBytes The limit for the text, in bytes.
 * @returns The entry, or `undefined` where the text is not one.
 *
 * @example
 * ```ts
 * import { decodeEntry, encodeEntry } from "@opero/core/backend";
 * import { assertEquals } from "@std/assert";
 *
 * const entry = { value: new Map([["a", 1n]]), createdAt: 0, expiresAt: Infinity, staleUntil: Infinity };
 * const text = encodeEntry("key", entry);
 * assertEquals(decodeEntry("key", text), entry);
 * assertEquals(decodeEntry("another key", text), undefined);
 * ```
 */
export function decodeEntry(
  key: string,
  text: string,
  maxEntryBytes: number = DEFAULT_MAX_ENTRY_BYTES,
): CacheEntry | undefined {
  if (isOverBytes(text, maxEntryBytes)) return undefined;
  const headAt = text.indexOf(":", MAGIC.length) + 1;
  const markAt = text.indexOf(":", headAt) + 1;
  if (!text.startsWith(MAGIC) || headAt === 0 || markAt === 0 || !text.isWellFormed()) return undefined;
  const head = text.slice(headAt, markAt + 1);
  const payload = text.slice(markAt + 1);
  if (Number(text.slice(MAGIC.length, headAt - 1)) !== checksumOf(key, head, payload)) return undefined;
  const times = readTimes(text.slice(headAt, markAt - 1));
  return times === undefined ? undefined : toEntry(times, text.charAt(markAt), payload);
}

function checksumOf(key: string, head: string, payload: string): number {
  return checksum(payload, checksum(head + plainKey(key)));
}

/**
 * A value by itself.
 *
 * @param value The value to keep.
 * @returns The mark of its form, `"j"` for plain JSON and `"g"` for a graph, which `decodeGraph` reads, and its text: JSON
 * in one line.
 * @throws {SerializationError} As `encodeEntry` does.
 */
export function encodeValue(value: unknown): { readonly mark: "j" | "g"; readonly payload: string } {
  // Some old libraries put one there; `JSON.stringify` would write what it likes.
  if ("toJSON" in Array.prototype) throw new SerializationError("Cannot keep any value as arrays have a 'toJSON'");
  try {
    if (isJsonSafe(value)) return { mark: JSON_MARK, payload: JSON.stringify(value) };
    return { mark: GRAPH_MARK, payload: encodeGraph(value) };
  } catch (error) {
    if (error instanceof SerializationError) throw error;
    throw new SerializationError("Cannot keep the value as reading it failed", { cause: error });
  }
}

/** Field by field, as a copy of all takes longer. */
function toEntry(times: EntryTimes, mark: string, payload: string): CacheEntry | undefined {
  const { createdAt, expiresAt, staleUntil } = times;
  try {
    if (mark === JSON_MARK) return { value: JSON.parse(payload), createdAt, expiresAt, staleUntil };
    return mark === GRAPH_MARK ? { value: decodeGraph(payload), createdAt, expiresAt, staleUntil } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The times of the entry that `text` begins with, unchecked, or `undefined` where it begins with no entry.
 *
 * @param text The beginning of a text that was kept.
 * @returns The times, in milliseconds since 1970, or `undefined`.
 */
export function timesOf(text: string): EntryTimes | undefined {
  const [magic, , times] = text.split(":", 3);
  return `${magic}:` === MAGIC && times !== undefined ? readTimes(times) : undefined;
}

/** Without a list of the parts, which takes longer than all the rest. */
function readTimes(text: string): EntryTimes | undefined {
  const first = text.indexOf(",");
  const second = text.indexOf(",", first + 1);
  if (first === -1 || second === -1) return undefined;
  const createdAt = Number(text.slice(0, first));
  const expiresAt = Number(text.slice(first + 1, second));
  // A comma more is no number.
  const staleUntil = Number(text.slice(second + 1));
  return Number.isNaN(createdAt + expiresAt + staleUntil) ? undefined : { createdAt, expiresAt, staleUntil };
}
