import type { ErrorClass } from "./wire/error_class.ts";
import type { Call } from "../call/call.ts";
import type { ItemClient, ItemJob } from "./item_job.ts";

/** How a function uses its pool; all of it is validated. */
export interface ShareOptions {
  /** How many workers serve it at most. */
  readonly workers: number;
  /** How many items a worker has in flight at once: 1 in `process` mode. */
  readonly workerConcurrency: number;
  /** Items per message to a worker; `undefined` lets their pace decide. */
  readonly chunkSize?: number | undefined;
  /**
   * The limit of one attempt in milliseconds, counted from when its worker begins it. Only the pool
   * knows that moment, so with a pool the per-attempt timeout is the pool's and not a layer's.
   */
  readonly timeoutMs?: number | undefined;
  /** How many workers one item may crash before it fails. */
  readonly maxCrashesPerItem: number;
  /** Classes that errors of workers are made instances of again, beside the native ones and this library's. */
  readonly errorClasses?: readonly ErrorClass[] | undefined;
  /** Called with an unresponsive worker, which uses a core until the process ends. */
  readonly onBurning?: (() => void) | undefined;
  /** Is notified where no further attempt can succeed. */
  readonly onHopeless?: ((error: Error) => void) | undefined;
}

/** What the workers of a pool have in common. */
export interface WorkerPlace {
  /** How much a worker's heap may hold, in mebibytes; `undefined` for the limit of the runtime. */
  readonly memoryLimit?: number | undefined;
  /** Deno's permissions of the workers, which then are Web Workers. */
  readonly permissions?: unknown;
}

/** What a pool is made with. */
export interface WorkerPoolOptions extends WorkerPlace {
  /** How long idle workers are kept, in milliseconds; `undefined` until the last function is closed. */
  readonly idleMs?: number | undefined;
  /** How many workers there are at most, whatever its functions ask for. */
  readonly maxThreads?: number | undefined;
}

/** Runs single attempts elsewhere. */
export interface Pool extends AsyncDisposable {
  /**
   * How many attempts it accepts before a further one would only wait: it grows while items are
   * quick, so the run asks before each item.
   */
  readonly capacity: number;
  /**
   * Runs one attempt of `call` with its arguments, as the innermost handler: it never throws, sets
   * `call.attempt` where the attempt may have to be stopped, and settles at once when it is stopped.
   */
  readonly run: (call: Call) => Promise<unknown>;
  /** Runs the first attempt of an item that has no call, which began at `startedMs`; `client` is notified of it. */
  readonly begin: (item: unknown, index: number, startedMs: number, client: ItemClient) => ItemJob;
  /** The same for `items` that follow each other from `firstIndex` on, of which none has a job as long as all succeed. */
  readonly beginRange: (items: unknown[], firstIndex: number, startedMs: number, client: ItemClient) => void;
  /** Gives each item that began so and is under way a job of its own. */
  readonly breakUp: () => void;
  /** Ends what still runs, which rejects. No more attempts are taken. */
  close(): Promise<void>;
}
