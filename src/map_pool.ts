import { parseDuration } from "./duration.ts";
import { ConfigurationError } from "./errors.ts";
import type { Call } from "./layer.ts";
import type { ResolvedMapOptions } from "./opmap_options.ts";
import type { Pool, PoolOptions } from "./pool/pool.ts";
import type { Registry } from "./registry.ts";
import type { AnyFunction } from "./wrapped.ts";

/** The pool of a function over many items, opened when it is first needed, and again after it was closed. */
export class MapPool {
  readonly #options: PoolOptions;
  readonly #registry: Registry;
  readonly #task: string;
  #pool: Pool | undefined = undefined;

  /**
   * A pool that is not open yet.
   *
   * @throws {ConfigurationError} If `fn` cannot be sent to a worker.
   */
  constructor(_fn: AnyFunction, options: ResolvedMapOptions, registry: Registry, task: string) {
    const { mode, timeout } = options;
    this.#registry = registry;
    this.#task = task;
    this.#options = {
      ...options,
      workerConcurrency: mode === "process" ? 1 : options.workerConcurrency,
      timeoutMs: timeout === undefined ? undefined : parseDuration(timeout),
    };
  }

  /** Runs one attempt. */
  readonly run = (call: Call): Promise<unknown> => this.#open().run(call);

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
    if (this.#pool !== undefined) return this.#pool;
    throw new ConfigurationError(this.#task + this.#registry);
  }
}
