import { beginAttempt } from "../current_call.ts";
import { parseDuration } from "../duration.ts";
import type { Call } from "../layer.ts";
import type { ResolvedMapOptions } from "./opmap_options.ts";
import { referToFunction } from "../pool/function_reference.ts";
import { errorClassesIn } from "../pool/known_errors.ts";
import type { ErrorClass, Pool, PooledFunction, PoolOptions } from "../pool/pool.ts";
import { resolvePermissions } from "../pool/sandbox.ts";
import { WorkerPool } from "../pool/worker_pool.ts";
import type { Registry } from "../engine/registry.ts";
import type { AnyFunction } from "../engine/wrapped.ts";

/** The pool of a function over many items, opened when it is first needed, and again after it was closed. */
export class MapPool {
  readonly #fn: PooledFunction;
  readonly #options: PoolOptions;
  readonly #registry: Registry;
  #pool: Pool | undefined = undefined;

  /**
   * A pool that is not open yet.
   *
   * @throws {ConfigurationError} If `fn` cannot be sent to a worker.
   */
  constructor(fn: AnyFunction, options: ResolvedMapOptions, registry: Registry, task: string) {
    const { mode, workers, workerConcurrency, timeout, maxCrashesPerItem } = options;
    const { chunkSize, memoryLimit, errorClasses, permissions } = options;
    this.#fn = referToFunction(fn, task, options.module);
    this.#registry = registry;
    this.#options = {
      workers,
      workerConcurrency: mode === "process" ? 1 : workerConcurrency,
      chunkSize,
      timeoutMs: timeout === undefined ? undefined : parseDuration(timeout),
      memoryLimit,
      maxCrashesPerItem,
      errorClasses: [
        ...errorClassesIn(options.retryOn, options.fallbackOn),
        ...(errorClasses ?? []) as ErrorClass[],
      ],
      permissions: resolvePermissions(permissions, task),
    };
  }

  /** Runs one attempt. */
  readonly run = (call: Call): Promise<unknown> => {
    const { clock } = this.#registry;
    // A reading costs more than all else here: what never failed has no use for an exact one.
    beginAttempt(call, call.state === undefined && clock.coarseNow !== undefined ? clock.coarseNow() : clock.now());
    return this.#open().run(call);
  };

  /** How many items may be under way by now in a run that uses so many of the workers. */
  capacityFor(workers: number): () => number {
    const { workers: all, workerConcurrency } = this.#options;
    if (workers === all) return () => this.#open().capacity;
    return () => Math.min(this.#open().capacity, workers * workerConcurrency);
  }

  /** Stops the workers. */
  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.close();
  }

  #open(): Pool {
    if (this.#pool === undefined) {
      this.#pool = new WorkerPool(this.#fn, this.#options);
      this.#registry.closeLater(this);
    }
    return this.#pool;
  }
}
