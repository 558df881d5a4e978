import type { PoolShare } from "../../pool/pool_share.ts";
import type { ShareOptions } from "../../pool/pool.ts";
import type { PooledFunction } from "../../pool/wire/pooled_function.ts";
import type { WorkerPool } from "../../pool/worker_pool.ts";
import type { WireItem } from "../wire/items_frame.ts";
import type { TaskRun, TaskRunner } from "./task_runner.ts";
import { workerCall } from "./worker_call.ts";

/** Runs attempts in threads, which the library's own pool watches: a loop, or a heap that overflows, costs its item alone. */
export class ThreadRunner implements TaskRunner {
  readonly #share: PoolShare;
  readonly #pool: WorkerPool;

  /** A runner of `fn` in `pool`, which is its own. */
  constructor(pool: WorkerPool, fn: PooledFunction, options: ShareOptions) {
    this.#pool = pool;
    this.#share = pool.openShare(fn, options);
  }

  /** How many attempts it accepts before a further one would only wait. */
  get capacity(): number {
    return this.#share.capacity;
  }

  /** Begins an attempt. */
  run(item: WireItem, args: readonly unknown[]): TaskRun {
    const call = workerCall(item, args);
    const promise = this.#share.run(call);
    return {
      promise,
      get correlationId() {
        return call.state?.correlationId;
      },
      abort: (reason) => call.attempt?.abort(reason),
    };
  }

  /** Ends what still runs, and the threads. */
  close(): Promise<void> {
    return this.#pool.close();
  }
}
