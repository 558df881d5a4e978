import { INSTANCE_DEFAULTS } from "../engine/instance_options.ts";
import type { Registry } from "../engine/registry.ts";
import type { WorkerPlace, WorkerPoolOptions } from "../pool/pool.ts";
import type { WorkerPool } from "../pool/worker_pool.ts";
import { parseDuration } from "../time/duration.ts";

/**
 * The pool that all functions of an instance share whose workers have this in common.
 *
 * @param registry What the functions of the instance share.
 * @param place What the workers have in common.
 * @param open Makes the pool where there is none yet.
 * @returns The pool.
 */
export function poolOf(
  { pools, options }: Registry,
  { memoryLimit, permissions }: WorkerPlace,
  open: (options: WorkerPoolOptions) => WorkerPool,
): WorkerPool {
  const { idleTimeout = INSTANCE_DEFAULTS.idleTimeout, maxThreads } = options;
  const idleMs = parseDuration(idleTimeout);
  const key = JSON.stringify([memoryLimit, permissions], (_, value) => value instanceof URL ? value.href : value);
  const pool = pools.get(key) ?? open({ memoryLimit, permissions, idleMs, maxThreads });
  pools.set(key, pool);
  return pool;
}
