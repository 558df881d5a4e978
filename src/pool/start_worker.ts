import { ConfigurationError } from "../errors/configuration_error.ts";
import { startWebWorker } from "../runtime/web_worker.ts";
import { startWorkerThread } from "../runtime/worker_thread.ts";
import type { WorkerHandle, WorkerListeners } from "../runtime/worker_handle.ts";
import type { WorkerPlace } from "./pool.ts";
import { WORKER_SOURCE } from "./worker_source.ts";

/**
 * Starts a worker: a worker thread, since that can be ended in the middle of a loop and loses only
 * itself when its heap overflows; a Web Worker where there are no threads or permissions are set.
 *
 * @param workerPlace The memory limit and the permissions of the worker.
 * @param listeners Called back with what the worker does.
 * @returns The handle of the worker.
 * @throws {ConfigurationError} If the platform has neither.
 */
export function startWorker({ memoryLimit, permissions }: WorkerPlace, listeners: WorkerListeners): WorkerHandle {
  const start = { source: WORKER_SOURCE, memoryLimit, ...listeners };
  const thread = permissions === undefined ? startWorkerThread(start) : undefined;
  const handle = thread ?? startWebWorker(start, permissions);
  if (handle !== undefined) return handle;
  throw new ConfigurationError(
    `Cannot start a worker as 'mode' must be "thread" or "async" on a platform without workers: received a pool's`,
  );
}
