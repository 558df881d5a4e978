import type { CacheEntry } from "../../src/cache/backend/cache_backend.ts";

/** What the caches are measured with: an answer of an API, 1 KB of JSON. */
export const BENCH_VALUE: Readonly<Record<string, unknown>> = {
  id: 1234,
  name: "Ada Lovelace",
  tags: ["a", "b", "c", "math", "engine"],
  history: Array.from(
    { length: 8 },
    (_, i) => ({ at: 1_700_000_000_000 + i, event: "login", ip: `10.0.0.${i}`, ok: i % 2 === 0 }),
  ),
  note: "x".repeat(430),
};

const part = (text: string) => text.padStart(64, "0");

/** Keys as the engine makes them. */
export const BENCH_KEYS: readonly string[] = Array.from(
  { length: 1_000 },
  (_, i) => [part("a"), part("b"), part(String(i))].join("."),
);

/** One of them. */
export const BENCH_KEY: string = BENCH_KEYS[0]!;

/** An entry that is fresh for an hour. */
export function entryOf(value: unknown): CacheEntry {
  const createdAt = Date.now();
  return { value, createdAt, expiresAt: createdAt + 3_600_000, staleUntil: createdAt + 3_600_000 };
}
