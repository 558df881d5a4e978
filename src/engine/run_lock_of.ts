import { hasLocks } from "../cache/backend/lock_methods.ts";
import { requireClaim } from "../cache/backend/read_entry.ts";
import type { ProcessLock } from "../cache/results/process_lock.ts";
import type { ResultStore } from "../cache/results/result_store.ts";
import type { RunLock } from "../cache/results/run_lock.ts";
import { wrongOption } from "../options/validate.ts";
import { filledLock } from "../policy/lock_fields.ts";
import { LazyModule } from "../runtime/lazy_module.ts";
import { parseDuration } from "../time/duration.ts";
import type { CachePlace, FunctionCacheParts } from "./cache_place.ts";

const processLock = /* @__PURE__ */ new LazyModule(() => import("../cache/results/process_lock.ts"));

/**
 * What shares the runs of a function between processes, where `cacheLock` asks for that. Its code is loaded with the first run.
 *
 * @param parts The function, its options and its instance.
 * @param place Where its results are kept.
 * @param store The same, for reading and writing.
 * @returns The lock, or `undefined` where it is off.
 * @throws {ConfigurationError} If the option is wrong, or the backend has no locks.
 */
export function runLockOf(
  { task, options, host }: FunctionCacheParts,
  place: CachePlace,
  store: ResultStore,
): RunLock | undefined {
  const { cacheLock, deadline } = options;
  const filled = filledLock(task, cacheLock);
  if (filled === undefined) return undefined;
  if (!("open" in place) || !hasLocks(place.open.backend)) {
    const desired =
      'left out where the cache backend has no locks, as "redis", "sqlite" and tiered() of one of them have';
    throw wrongOption(task, "cacheLock", { desired }, cacheLock);
  }
  const { functionName, telemetry, clock } = host;
  const setup = {
    store: store as Required<ResultStore>,
    clock,
    leaseMs: filled.lease * 1_000,
    maxWaitMs: filled.maxWait * 1_000,
    requireClaim,
    deadlineMs: parseDuration(deadline) ?? Infinity,
    onImpatience: () => {
      if (telemetry.isOn) {
        telemetry.log("warning", "another process took too long, the function runs here too", { functionName });
      }
      return undefined;
    },
  };
  let lock: ProcessLock | undefined;
  return async (run) => {
    // Where its code cannot be loaded, calls continue without it.
    const module = processLock.loaded ?? await processLock.load().catch(() => undefined);
    if (module === undefined) return await run.runHere();
    return await (lock ??= new module.ProcessLock(setup)).run(run);
  };
}
