import type { SharedWorker } from "./pool_share.ts";

/** A worker gives a sign of life at least this often, or is replaced, in milliseconds. */
const LIFE_MS = 10_000;

/** However short the limits of the items are, a worker has this time to begin one, in milliseconds. */
const MIN_BEGIN_MS = 1_000;

/** However short the limits of the items are, their module has this time to load, in milliseconds. */
const MIN_LOAD_MS = 5_000;

/**
 * How long `worker` may have jobs without beginning one, in milliseconds. After each worker in a row that was silent
 * for so long it is twice as long, up to that of a sign of life: if it is the machine that is busy, a new worker has no
 * better chance, and items must not fail for it.
 *
 * @param sharedWorker The worker, and whether both sides see the same memory.
 * @returns The time, in milliseconds.
 */
export function patienceWith({ isUp, isReady, served }: SharedWorker): number {
  const limitMs = served?.options.timeoutMs ?? Infinity;
  if (!isUp) return LIFE_MS;
  if (!isReady) return limitMs === Infinity ? LIFE_MS : Math.max(limitMs, MIN_LOAD_MS);
  return Math.min(Math.max(limitMs, MIN_BEGIN_MS) * 2 ** (served?.silentInRow ?? 0), LIFE_MS);
}
