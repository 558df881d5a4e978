import { wallClockNow } from "../../time/read_time.ts";
import type { CacheBackend, CacheEntry } from "../../cache/backend/cache_backend.ts";
import { isSameValue } from "./same_value.ts";

/** What a check works on: a store that was empty, under a name of its own. */
export interface CheckedStore {
  /** A backend over the store; the check need not close it. */
  open(): Promise<CacheBackend>;
  /** Whether the backend claims to keep every awkward value. */
  readonly keepsEverything: boolean;
  /** Chance, from 0 to 1, the same on every run with the same seed. */
  readonly random: () => number;
}

/** One thing that every backend has to do. */
export interface Check {
  /** What it does, to follow the backend's name. */
  readonly name: string;
  /** Rejects where the backend does not. */
  readonly run: (store: CheckedStore) => Promise<void>;
}

const HOUR_MS = 3_600_000;

/**
 * An entry that is fresh for an hour and stale for another.
 *
 * @param value The value that the entry holds.
 * @param createdAt When it was stored, in milliseconds since 1970.
 * @returns The entry.
 */
export function freshEntry(value: unknown, createdAt: number = wallClockNow()): CacheEntry {
  return { value, createdAt, expiresAt: createdAt + HOUR_MS, staleUntil: createdAt + 2 * HOUR_MS };
}

/**
 * Holds if `condition` does.
 *
 * @param condition What must hold.
 * @param message What is wrong if it does not.
 * @throws {Error} If it does not.
 */
export function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/**
 * Holds if `backend` answers for `key` with `expected`, its times and its value; `what` names the entry.
 *
 * @param backend The backend under test.
 * @param key The key.
 * @param expected The entry; `undefined` for none.
 * @param what What the entry is, for the message.
 * @returns A promise that resolves if it does.
 * @throws {Error} If it does not.
 */
export async function expectEntry(
  backend: CacheBackend,
  key: string,
  expected: CacheEntry | undefined,
  what: string,
): Promise<void> {
  const actual = await backend.get(key);
  if (expected === undefined) return expect(actual === undefined, `${what}: there must be no entry`);
  expect(actual !== undefined, `${what}: the entry must be there`);
  const times = ({ createdAt, expiresAt, staleUntil }: CacheEntry) => [createdAt, expiresAt, staleUntil];
  expect(isSameValue(times(actual), times(expected)), `${what}: the times must be as they were set`);
  expect(isSameValue(actual.value, expected.value), `${what}: the value must be as it was set`);
}
