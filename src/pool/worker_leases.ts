import type { PoolShare, SharedWorker } from "./pool_share.ts";

/** How long a function keeps a worker while others wait for one, in milliseconds. */
const SLICE_MS = 10;

/**
 * Gives each worker that has nothing to do to the function that needs one most, and asks workers back from
 * functions that have more than others, so that every function has its turn.
 *
 * @param workers All workers of the pool.
 * @param shares The functions that use the pool.
 * @param nowMs The time of the clock, in milliseconds.
 */
export function leaseWorkers(workers: ReadonlySet<SharedWorker>, shares: ReadonlySet<PoolShare>, nowMs: number): void {
  assignIdle(workers, shares, nowMs);
  if (shares.size > 1 && makeRoom(workers, shares, nowMs)) assignIdle(workers, shares, nowMs);
}

/**
 * The function of `shares` that needs `worker` most: the one with the fewest, or among those the one longest without.
 *
 * @param shares The functions that use the pool.
 * @param worker The worker, if there is one.
 * @returns The function, or `undefined` where none needs it.
 */
export function neediest(shares: ReadonlySet<PoolShare>, worker?: SharedWorker): PoolShare | undefined {
  let best: PoolShare | undefined;
  let fewest = Infinity;
  for (const share of shares) {
    if (share.feed.waitingCount === 0) continue;
    const others = worker !== undefined && share.held.has(worker) ? share.held.size - 1 : share.held.size;
    if (others >= share.options.workers || others > fewest) continue;
    if (others === fewest && share.servedAtMs >= best!.servedAtMs) continue;
    best = share;
    fewest = others;
  }
  return best;
}

/**
 * How many workers `shares` have a use for together: as many as the largest of them asks for, or `most`, at most.
 *
 * @param shares The functions that use the pool.
 * @param most The bound of the pool on its workers; no bound by default.
 * @returns The number of workers.
 */
export function wantedWorkers(shares: ReadonlySet<PoolShare>, most: number = Infinity): number {
  let [sum, largest] = [0, 0];
  for (const share of shares) {
    sum += share.wanted;
    largest = Math.max(largest, share.options.workers);
  }
  return Math.min(sum, largest, most);
}

/**
 * Gives `worker` nothing more of what it serves, and takes back what it has not begun.
 *
 * @param worker A worker that serves a function, maybe several items of it.
 */
export function askBack(worker: SharedWorker): void {
  if (worker.isIsolated) return;
  worker.isYielding = true;
  worker.served!.runAgain(worker.takeBack(Infinity));
}

function assignIdle(workers: ReadonlySet<SharedWorker>, shares: ReadonlySet<PoolShare>, nowMs: number): void {
  for (const worker of workers) {
    if (worker.jobCount === 0) neediest(shares, worker)?.take(worker, nowMs);
  }
}

/** Returns whether a worker has nothing to do now. */
function makeRoom(workers: ReadonlySet<SharedWorker>, shares: ReadonlySet<PoolShare>, nowMs: number): boolean {
  const most = Math.max(...[...shares].map(({ held }) => held.size));
  const needy = [...shares].filter(({ held, feed, options }) =>
    feed.waitingCount > 0 && held.size < options.workers && (held.size === 0 || held.size + 1 < most)
  );
  const yielding = [...workers].filter((worker) => worker.isYielding).length;
  let isRoom = false;
  for (let missing = needy.length - yielding; missing > 0; missing--) {
    const worker = longestServing(workers, nowMs);
    if (worker === undefined) break;
    askBack(worker);
    isRoom ||= worker.jobCount === 0;
  }
  return isRoom;
}

/** The worker to be asked back: of a function with the most of them, the one that has served it longest. */
function longestServing(workers: ReadonlySet<SharedWorker>, nowMs: number): SharedWorker | undefined {
  const open = [...workers].filter((worker) =>
    worker.isReady && !worker.isYielding && !worker.isIsolated && worker.jobCount > 0 &&
    nowMs - worker.servesSinceMs >= SLICE_MS
  );
  const heldBy = (worker: SharedWorker) => worker.served!.held.size;
  open.sort((one, other) => heldBy(other) - heldBy(one) || one.servesSinceMs - other.servesSinceMs);
  return open[0];
}
