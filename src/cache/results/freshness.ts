import type { CacheEntry } from "../backend/cache_backend.ts";

/** How long results live, in milliseconds. */
export interface Freshness {
  /** They are fresh. */
  readonly ttlMs: number;
  /** After that, they are served while a refresh runs. */
  readonly staleMs: number;
  /** After that, they are served where every attempt failed. */
  readonly staleIfErrorMs: number;
}

/**
 * The entry of a value that is kept from now on.
 *
 * @param value The result of a run, kept as it is.
 * @param nowMs The time of the clock, in milliseconds.
 * @param freshness How long it is fresh and may be served stale, in milliseconds.
 * @returns The entry.
 */
export function entryFor(value: unknown, nowMs: number, { ttlMs, staleMs, staleIfErrorMs }: Freshness): CacheEntry {
  const expiresAt = nowMs + ttlMs;
  return { value, createdAt: nowMs, expiresAt, staleUntil: expiresAt + Math.max(staleMs, staleIfErrorMs) };
}

/**
 * Whether `entry` is no further past its time than `graceMs`. One of the future was made before the time of day went back:
 * its age is unknown.
 *
 * @param entry An entry that is no longer fresh.
 * @param graceMs For how long it may still be served, in milliseconds.
 * @param nowMs The time of the clock, in milliseconds.
 * @returns `true` if it may still be served.
 */
export function isWithin(entry: CacheEntry, graceMs: number, nowMs: number): boolean {
  return graceMs > 0 && nowMs < entry.expiresAt + graceMs && nowMs >= entry.createdAt;
}
