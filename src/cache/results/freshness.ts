import type { StoredValue } from "../memory/memory_store.ts";

/** How long results live, in milliseconds. */
export interface Freshness {
  /** They are fresh. */
  readonly ttlMs: number;
  /** After that, they are served while a refresh runs. */
  readonly staleMs: number;
  /** After that, they are served where every attempt failed. */
  readonly staleIfErrorMs: number;
}

/** `value` with its times, as it is kept from now on. */
export function storedFor(value: unknown, nowMs: number, { ttlMs, staleMs, staleIfErrorMs }: Freshness): StoredValue {
  const expiresAtMs = nowMs + ttlMs;
  return { value, createdAtMs: nowMs, expiresAtMs, staleUntilMs: expiresAtMs + Math.max(staleMs, staleIfErrorMs) };
}

/** Whether `expired` is no further past its time than `graceMs`. */
export function isWithin(expired: StoredValue, graceMs: number, nowMs: number): boolean {
  return graceMs > 0 && nowMs < expired.expiresAtMs + graceMs;
}
