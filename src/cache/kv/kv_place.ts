import type { KvKey } from "../../runtime/kv.ts";
import { plainKey } from "../backend/plain_key.ts";

/** A range of keys, from `start` to before `end`. */
export interface KvRange {
  /** The first key. */
  readonly start: KvKey;
  /** The first key behind the range. */
  readonly end: KvKey;
}

/** Where an entry lies: one record, and, where that cannot hold it, parts. */
export interface KvPlace {
  /** The key of the record. */
  readonly recordKey: KvKey;
  /** The whole key as bytes where the record's key holds the beginning of it only; else none. */
  readonly longKey: Uint8Array;
  /** The key of a part of what one write wrote. */
  partKey(writeId: string, part: number): KvKey;
  /** All parts of what one write wrote. */
  partsOf(writeId: string): KvRange;
  /** All parts of all writes, also of those that are not done. */
  readonly allParts: KvRange;
}

const ROOT = "opero";
const RECORD = "entry";
const PART = "part";

/** Longer keys are cut and hashed; the database takes 2 048 bytes, with the names around them. */
const MAX_KEY_BYTES = 1_500;
/** How much of a longer key is kept, so that most prefixes can be found without reading records. */
const KEPT_KEY_BYTES = 1_024;
/** Two bytes that are never part of a UTF-8 text: the one ends a key that was cut, the other sorts behind all keys. */
const CUT = 0xfe;
const BEHIND = 0xff;

const NO_BYTES = new Uint8Array();

/**
 * The place of `key`.
 *
 * @param key The key as the engine asks for it, of any length.
 * @returns The place.
 */
export async function kvPlace(key: string): Promise<KvPlace> {
  const bytes = keyBytes(key);
  if (bytes.length <= MAX_KEY_BYTES) return placeOf(bytes, NO_BYTES);
  return placeOf(await cutAndHash(bytes), bytes);
}

/**
 * The place whose record lies under `recordKey`; its whole key is not known.
 *
 * @param recordKey The key of the record in the database.
 * @returns The place.
 */
export function kvPlaceAt(recordKey: KvKey): KvPlace {
  return placeOf(recordKey.at(-1) as Uint8Array, NO_BYTES);
}

function placeOf(id: Uint8Array, longKey: Uint8Array): KvPlace {
  return {
    recordKey: [ROOT, RECORD, id],
    longKey,
    partKey: (writeId, part) => [ROOT, PART, id, writeId, part],
    partsOf: (writeId) => ({ start: [ROOT, PART, id, writeId, 0], end: [ROOT, PART, id, writeId, Infinity] }),
    // Numbers sort behind all texts.
    allParts: { start: [ROOT, PART, id, ""], end: [ROOT, PART, id, 0] },
  };
}

/**
 * A key's bytes, as prefixes and long keys are compared.
 *
 * @param key The key as the engine asks for it, of any length.
 * @returns The bytes.
 */
export function keyBytes(key: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(plainKey(key));
}

/**
 * The parts and the records of all keys that begin with `prefix`, but of cut ones only where that is sure. The parts come
 * first: a write whose parts are gone can't put its record in place any more.
 *
 * @param prefix The beginning of the keys, in bytes.
 * @returns The ranges, those of the parts first.
 */
export function rangesOf(prefix: Uint8Array): readonly KvRange[] {
  if (prefix.length > MAX_KEY_BYTES) return [];
  return [PART, RECORD].map((kind) => ({ start: [ROOT, kind, prefix], end: [ROOT, kind, withByte(prefix, BEHIND)] }));
}

/**
 * The records of cut keys that may begin with `prefix`, where only the whole key can decide.
 *
 * @param prefix The beginning of the keys, in bytes.
 * @returns The range, or `undefined` where all is sure.
 */
export function unsureRangeOf(prefix: Uint8Array): KvRange | undefined {
  if (prefix.length <= KEPT_KEY_BYTES) return undefined;
  const kept = prefix.subarray(0, KEPT_KEY_BYTES);
  return { start: [ROOT, RECORD, withByte(kept, CUT)], end: [ROOT, RECORD, withByte(kept, BEHIND)] };
}

async function cutAndHash(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const id = new Uint8Array(KEPT_KEY_BYTES + 1 + digest.length);
  id.set(bytes.subarray(0, KEPT_KEY_BYTES));
  id[KEPT_KEY_BYTES] = CUT;
  id.set(digest, KEPT_KEY_BYTES + 1);
  return id;
}

function withByte(bytes: Uint8Array, byte: number): Uint8Array {
  const longer = new Uint8Array(bytes.length + 1);
  longer.set(bytes);
  longer[bytes.length] = byte;
  return longer;
}
