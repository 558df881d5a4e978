import { beginAttempt } from "../attempt/attempt.ts";
import { parseDuration } from "../time/duration.ts";
import { microtask } from "../time/microtask.ts";
import type { Call } from "../call/call.ts";
import type { Handler } from "../call/layer.ts";
import type { ItemClient, ItemJob } from "../pool/item_job.ts";
import type { ResolvedMapOptions } from "./opmap_options.ts";
import { IntakeCapacity, type RunCapacity } from "./intake_capacity.ts";
import { referToFunction } from "../pool/function_reference.ts";
import { requireNoImport } from "../pool/import_guard.ts";
import { errorClassesIn } from "../pool/known_errors.ts";
import { LazyModule } from "../runtime/lazy_module.ts";
import { Pace } from "../pool/pace.ts";
import type { Pool, ShareOptions, WorkerPlace } from "../pool/pool.ts";
import type { ErrorClass } from "../pool/wire/error_class.ts";
import type { PooledFunction } from "../pool/wire/pooled_function.ts";
import { resolvePermissions } from "../pool/sandbox.ts";
import type { ItemPool } from "./item_pool.ts";
import { poolOf } from "./pool_of.ts";
import type { Registry } from "../engine/registry.ts";
import type { AnyFunction } from "../engine/wrapped.ts";

/** What starts workers, and the text that they are started from: most of the library, and of no use before a run. */
const workerPool = /* @__PURE__ */ new LazyModule(() => import("../pool/worker_pool.ts"));

/** What it is made with. */
export interface MapPoolInit {
  readonly fn: AnyFunction;
  readonly options: ResolvedMapOptions;
  readonly registry: Registry;
  /** What cannot be done where an option is wrong, as in `wrap "resize"`. */
  readonly task: string;
  /** Is notified where no further attempt can succeed. */
  readonly onHopeless: (error: Error) => void;
}

/**
 * What a function over many items has of the pool of its instance, opened when it is first needed, and again after it
 * was closed.
 */
export class MapPool implements ItemPool {
  readonly #fn: PooledFunction;
  readonly #options: ShareOptions;
  readonly #place: WorkerPlace;
  /** What is known of the items, from one run to the next. */
  readonly #pace: Pace;
  readonly #registry: Registry;
  /** The item whose call is about to learn that its first attempt failed. */
  #failed: ItemJob | undefined = undefined;
  #pool: (Pool & { readonly hopeless: unknown; readonly isClosed: boolean }) | undefined = undefined;

  /**
   * A pool that is not open yet.
   *
   * @throws {ConfigurationError} If `fn` cannot be sent to a worker.
   */
  constructor({ fn, options, registry, task, onHopeless }: MapPoolInit) {
    const { mode, workers, workerConcurrency, timeout, maxCrashesPerItem } = options;
    const { chunkSize, memoryLimit, permissions } = options;
    this.#fn = referToFunction(fn, task, options.module);
    this.#registry = registry;
    this.#options = {
      workers,
      workerConcurrency: mode === "process" ? 1 : workerConcurrency,
      chunkSize,
      timeoutMs: timeout === undefined ? undefined : parseDuration(timeout),
      maxCrashesPerItem,
      errorClasses: errorClassesOf(options),
      onHopeless,
      onBurning: () => warnOfLoop(registry, this.#fn.name || "anonymous"),
    };
    this.#place = { memoryLimit, permissions: resolvePermissions(permissions, task) };
    this.#pace = new Pace(chunkSize);
  }

  /** Whether no worker could be started for it when that was tried last. */
  get isHopeless(): boolean {
    return this.#pool?.hopeless !== undefined;
  }

  /**
   * To be asked before a run.
   *
   * @throws {ConfigurationError} If it would start workers within workers without an end.
   */
  requireStart(task: string): void {
    requireNoImport(task, this.#fn.module);
  }

  /** Begins the first attempt of an item that has no call; `client` is notified of it. */
  begin(item: unknown, index: number, startedMs: number, client: ItemClient): ItemJob {
    return this.#open().begin(item, index, startedMs, client);
  }

  /** Begins the first attempts of `items`, whose places follow each other; `client` is notified of them. */
  beginRange(items: unknown[], firstIndex: number, startedMs: number, client: ItemClient): void {
    this.#open().beginRange(items, firstIndex, startedMs, client);
  }

  /** Notifies each client of the jobs of all items that it began so. */
  breakUp(): void {
    this.#pool?.breakUp();
  }

  /** Runs the call of `job` through `handler`, whose layers find that its first attempt failed. */
  runOn(job: ItemJob, handler: Handler): Promise<unknown> {
    this.#failed = job;
    return handler(job.call);
  }

  /** Runs one attempt. */
  readonly run = (call: Call): Promise<unknown> => {
    if (this.#failed !== undefined) return this.#tellFailed(this.#failed);
    const { clock } = this.#registry;
    // A reading costs more than all else here: what never failed has no use for an exact one.
    beginAttempt(call, call.state === undefined && clock.coarseNow !== undefined ? clock.coarseNow() : clock.now());
    return this.#open().run(call);
  };

  /** How many items it accepts by now; none before what its workers need is loaded. */
  get capacity(): number {
    return workerPool.loaded === undefined ? 0 : this.#open().capacity;
  }

  /** How many items may be under way in a run that uses so many of the workers. */
  capacityFor(workers: number): RunCapacity {
    const { workers: all, workerConcurrency } = this.#options;
    const loading = workerPool.loaded === undefined ? workerPool.load() : undefined;
    return new IntakeCapacity(this, workers === all ? Infinity : workers * workerConcurrency, loading);
  }

  /** Ends what runs. */
  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.close();
  }

  /** Rejects only once there is a listener: Deno searches all unhandled rejections for each that is handled later. */
  #tellFailed({ outcome }: ItemJob): Promise<never> {
    this.#failed = undefined;
    return new Promise((_resolve, reject) => microtask.then(() => reject(outcome)));
  }

  #open(): Pool {
    // The instance may have closed it from above.
    if (this.#pool === undefined || this.#pool.isClosed) {
      const { WorkerPool } = workerPool.loaded!;
      const pool = poolOf(this.#registry, this.#place, (options) => new WorkerPool(options));
      this.#pool = pool.openShare(this.#fn, this.#options, this.#pace);
    }
    return this.#pool;
  }
}

/**
 * The classes of errors that the options name, which errors from elsewhere have to become again.
 *
 * @param options The options of the map.
 * @returns The classes.
 */
export function errorClassesOf(options: ResolvedMapOptions): ErrorClass[] {
  const { retryOn, fallbackOn, circuitBreaker, errorClasses } = options;
  const named = errorClassesIn(retryOn, fallbackOn, failureOnOf(circuitBreaker));
  return [...named, ...(errorClasses ?? []) as ErrorClass[]];
}

function failureOnOf(circuitBreaker: ResolvedMapOptions["circuitBreaker"]): unknown {
  return typeof circuitBreaker === "object" ? circuitBreaker.failureOn : undefined;
}

/** What cannot be ended should at least be known. */
function warnOfLoop({ telemetry }: Registry, functionName: string): void {
  telemetry.warnOnce(
    "loop",
    functionName,
    `a worker of ${
      JSON.stringify(functionName)
    } gave no sign of life and was replaced; if it is in a loop, behind an ` +
      "'await' or in a timer, Deno cannot end it, and it burns a core until the process ends. Let the function end " +
      "what it starts before it returns",
  );
}
