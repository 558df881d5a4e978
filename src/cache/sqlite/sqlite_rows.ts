import type { CacheEntry } from "../backend/cache_backend.ts";
import { decodeEntry, decodeParts, encodeEntry, encodeParts } from "../codec/cache_codec.ts";

type Cell = number | null;

/** What a row has of an entry: when it was created, how long it is fresh and then stale, the checksum, and the value. */
export type SqliteRow = readonly [created: Cell, fresh: Cell, stale: Cell, checksum: number, entry: string];

/** The checksum of a row whose entry has its own. */
const OWN_CHECKSUM = 0;

/** Times and what is between them are kept as numbers up to this, so that sums of multiples of them are exact. */
const MAX_KEPT_MS = 2 ** 48;

/**
 * The row of `entry`. Times are kept as whole milliseconds and as what is between them, which takes a third of the bytes,
 * `null` for never; an entry with other times is kept as the text of the codec, with the time up to which it is of use.
 *
 * @param key The key under which it is kept.
 * @param entry The entry.
 * @param maxEntryBytes How many bytes it may take.
 * @returns What the columns hold.
 * @throws {SerializationError} If it cannot be kept.
 */
export function toRow(key: string, entry: CacheEntry, maxEntryBytes: number): SqliteRow {
  const { createdAt, expiresAt, staleUntil } = entry;
  const fresh = expiresAt === Infinity ? null : expiresAt - createdAt;
  const stale = staleUntil === Infinity ? null : staleUntil - expiresAt;
  if (isWhole(createdAt) && isWhole(fresh ?? 0) && isWhole(stale ?? 0)) {
    const { checksum, text } = encodeParts(entry.value, seedOf(createdAt, fresh, stale), maxEntryBytes);
    return [createdAt, fresh, stale, checksum, text];
  }
  const until = Number.isFinite(staleUntil) ? staleUntil : null;
  return [null, until, 0, OWN_CHECKSUM, encodeEntry(key, entry, maxEntryBytes)];
}

/**
 * The entry of a row, or `undefined` where it is damaged, or anything else.
 *
 * @param key The key under which it is kept.
 * @param row What the database answered, as a list or as an object, in the order of {@link SqliteRow}.
 * @param maxEntryBytes How many bytes it may take.
 * @returns The entry.
 */
export function fromRow(key: string, row: object, maxEntryBytes: number): CacheEntry | undefined {
  const [created, fresh, stale, checksum, text] = Array.isArray(row) ? row as unknown[] : Object.values(row);
  if (typeof text !== "string") return undefined;
  if (created === null) return decodeEntry(key, text, maxEntryBytes);
  const createdAt = Number(created);
  const freshMs = fresh === null ? null : Number(fresh);
  const staleMs = stale === null ? null : Number(stale);
  const expiresAt = freshMs === null ? Infinity : createdAt + freshMs;
  const staleUntil = staleMs === null ? Infinity : expiresAt + staleMs;
  const seed = seedOf(createdAt, freshMs, staleMs);
  return decodeParts({ createdAt, expiresAt, staleUntil }, seed, { checksum: Number(checksum), text });
}

/** Whether it is a time that is kept as a number; one that was subtracted from one of another size is not. */
function isWhole(ms: number): boolean {
  return Number.isInteger(ms) && ms >= 0 && ms <= MAX_KEPT_MS;
}

/** What the checksum begins with: it differs wherever one of the numbers does. */
function seedOf(created: number, fresh: number | null, stale: number | null): number {
  return created + 3 * (fresh ?? -1) + 5 * (stale ?? -1) + 8;
}
