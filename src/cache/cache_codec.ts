import { SerializationError } from "../errors.ts";
import type { CacheEntry } from "./cache_backend.ts";
import { checksum } from "./checksum.ts";
import { decodeGraph } from "./graph_decoder.ts";
import { encodeGraph } from "./graph_encoder.ts";
import { isJsonSafe } from "./json_safe.ts";

/** The mark and the version of the form; another version's text is a miss. */
const MAGIC = "opero1:";

/** Marks a payload that is plain JSON. */
const JSON_MARK = "j";
/** Marks a payload of the form described in `graph_format.ts`. */
const GRAPH_MARK = "g";

/**
 * The text to keep for `entry` under `key`: well-formed Unicode without NUL,
 * `opero1:<checksum>:<createdAt>,<expiresAt>,<staleUntil>:<payload>`. The checksum covers the key and all behind it.
 *
 * Kept exactly are `undefined`, `null`, booleans, every number and text, bigints, `Date`, `Map`, `Set`, `RegExp`,
 * `URL`, `Error`, `ArrayBuffer` and its views, Node's `Buffer`, arrays with or without holes, plain objects and those without a
 * prototype, with shared references and cycles. A property with a getter is kept as the value it has.
 *
 * @throws {SerializationError} If the value holds anything else, a function, a promise or an instance of a class, say.
 */
export function encodeEntry(key: string, entry: CacheEntry): string {
  const times = `${entry.createdAt},${entry.expiresAt},${entry.staleUntil}:`;
  const payload = encodeValue(entry.value);
  return `${MAGIC}${checksum(payload, checksum(times, checksum(key)))}:${times}${payload}`;
}

/** The entry that `text` keeps under `key`, or `undefined` where it is torn, damaged, foreign or of another version. */
export function decodeEntry(key: string, text: string): CacheEntry | undefined {
  if (!text.startsWith(MAGIC)) return undefined;
  const timesAt = text.indexOf(":", MAGIC.length) + 1;
  const payloadAt = text.indexOf(":", timesAt) + 1;
  if (timesAt === 0 || payloadAt === 0) return undefined;
  const actual = checksum(text, checksum(text, checksum(key), timesAt, payloadAt), payloadAt);
  if (text.slice(MAGIC.length, timesAt - 1) !== String(actual)) return undefined;
  try {
    return toEntry(text.slice(timesAt, payloadAt - 1), text[payloadAt], text.slice(payloadAt + 1));
  } catch {
    return undefined;
  }
}

function encodeValue(value: unknown): string {
  // Some old libraries put one there; `JSON.stringify` would write what it likes.
  if ("toJSON" in Array.prototype) throw new SerializationError("Cannot keep any value as arrays have a 'toJSON'");
  try {
    return isJsonSafe(value) ? JSON_MARK + JSON.stringify(value) : GRAPH_MARK + encodeGraph(value);
  } catch (error) {
    if (error instanceof SerializationError) throw error;
    throw new SerializationError("Cannot keep the value as reading it failed", { cause: error });
  }
}

function toEntry(times: string, mark: string | undefined, payload: string): CacheEntry | undefined {
  const [createdAt, expiresAt, staleUntil, ...more] = times.split(",").map(Number) as [number, number, number];
  if (more.length > 0 || [createdAt, expiresAt, staleUntil].some((time) => !(time > -Infinity))) return undefined;
  if (mark === JSON_MARK) return { value: JSON.parse(payload), createdAt, expiresAt, staleUntil };
  return mark === GRAPH_MARK ? { value: decodeGraph(payload), createdAt, expiresAt, staleUntil } : undefined;
}
