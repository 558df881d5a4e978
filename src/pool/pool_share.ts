import { getCorrelationId } from "../telemetry/correlation.ts";
import { ConfigurationError } from "../errors/configuration_error.ts";
import type { TimeoutError } from "../errors/timeout_error.ts";
import { type Call, stateOf } from "../call/call.ts";
import { CrashLedger } from "./crash_ledger.ts";
import { CallJob } from "./call_job.ts";
import { type ItemClient, ItemJob } from "./item_job.ts";
import { ItemRange } from "./item_range.ts";
import type { Job, JobOwner } from "./job.ts";
import { knownErrorClasses } from "./known_errors.ts";
import { judgeLoss, type Loss } from "./loss_judgement.ts";
import type { LossReason } from "./loss_reason.ts";
import type { Pace } from "./pace.ts";
import type { Pool, ShareOptions } from "./pool.ts";
import type { ErrorClass } from "./wire/error_class.ts";
import type { PooledFunction } from "./wire/pooled_function.ts";
import type { PoolWorker } from "./pool_worker.ts";
import type { ServedFunction } from "./served_function.ts";
import { ShareErrors } from "./share_errors.ts";
import type { ShareHost } from "./share_host.ts";
import { WorkerFeed } from "./worker_feed.ts";

/** How many workers in a row may end before an item begins in them; then waiting items fail. */
const MAX_FAILED_STARTS = 3;

/** A worker of a pool that several functions share. */
export type SharedWorker = PoolWorker<PoolShare>;

/** What a share is made with. */
export interface ShareInit {
  readonly id: number;
  readonly fn: PooledFunction;
  readonly options: ShareOptions;
  readonly pace: Pace;
  readonly host: ShareHost<PoolShare>;
}

/** The part of a pool that serves one function: what waits, what it may take, and who is to blame. */
export class PoolShare implements Pool, JobOwner, ServedFunction {
  readonly id: number;
  readonly fn: PooledFunction;
  readonly options: ShareOptions;
  /** The classes that errors of workers become again. */
  readonly known: ReadonlyMap<string, ErrorClass>;
  /** What waits for a worker. */
  readonly feed: WorkerFeed;
  /** The workers that serve it now. */
  readonly held: Set<SharedWorker> = new Set();
  /** The function's name as messages show it. */
  readonly name: string;
  /** How many attempts are not settled. */
  pendingCount = 0;
  /** When it last was given a worker, as the pool's clock has it. */
  servedAtMs = 0;
  /** Whether a worker ever found the function. */
  hasLoaded = false;
  /** Why it failed the last time, until a worker serves it again. */
  hopeless: { readonly error: Error } | undefined = undefined;
  readonly #host: ShareHost<PoolShare>;
  readonly #crashes: CrashLedger;
  readonly #errors: ShareErrors;
  /** Whether it takes no more attempts. */
  isClosed = false;
  /** How many workers in a row gave no sign of life. */
  silentInRow = 0;
  #failedStarts = 0;

  /** A share without a worker yet. */
  constructor({ id, fn, options, pace, host }: ShareInit) {
    this.id = id;
    this.fn = fn;
    this.options = options;
    this.name = JSON.stringify(fn.name || "anonymous");
    this.feed = new WorkerFeed(options.workerConcurrency, options.chunkSize, pace);
    this.#host = host;
    this.known = knownErrorClasses(options.errorClasses);
    this.#errors = new ShareErrors(this.name);
    this.#crashes = new CrashLedger(this.name, options.maxCrashesPerItem);
  }

  /** How many of its items a worker runs at once. */
  get concurrency(): number {
    return this.options.workerConcurrency;
  }

  /** How many attempts it accepts before a further one would only wait. */
  get capacity(): number {
    return this.options.workers * this.feed.depth;
  }

  /** How many workers it has a use for. */
  get wanted(): number {
    return Math.min(this.options.workers, Math.ceil(this.pendingCount / this.options.workerConcurrency));
  }

  /** Runs one attempt of `call`. */
  readonly run = (call: Call): Promise<unknown> => {
    if (this.isClosed) return Promise.reject(this.#errors.closed());
    const correlationId = getCorrelationId();
    // Read here, since the workers are fed later, in no caller's context.
    if (correlationId !== undefined) stateOf(call).correlationId ??= correlationId;
    const job = new CallJob(call, this);
    call.attempt = job;
    this.#take(job, call.state?.limits?.timeoutMs ?? this.options.timeoutMs);
    return job.promise;
  };

  /** Runs the first attempt of an item that has no call, and notifies `client` of it; it must not be closed. */
  readonly begin = (item: unknown, index: number, startedMs: number, client: ItemClient): ItemJob => {
    const job = new ItemJob(item, index, startedMs, client, this);
    this.#take(job, this.options.timeoutMs);
    return job;
  };

  /** The same for `items` that follow each other from `firstIndex` on, of which none has a job as long as all succeed. */
  readonly beginRange = (items: unknown[], firstIndex: number, startedMs: number, client: ItemClient): void => {
    const range = new ItemRange({ items, firstIndex, startedMs, client, owner: this });
    const { timeoutMs = Infinity } = this.options;
    if (timeoutMs !== Infinity) return range.jobs().forEach((job) => this.#take(job, timeoutMs));
    const isFirst = this.pendingCount === 0;
    this.pendingCount += items.length;
    this.feed.ranges.push(range);
    // The first items of a run are there together, and a turn may take longer than all of them.
    this.#host.dispatchSoon(!isFirst);
  };

  /** Gives each item that runs or waits a job of its own. */
  readonly breakUp = (): void => {
    this.feed.breakUp();
    for (const worker of this.held) worker.breakUp();
  };

  #take(job: Job, limitMs: number | undefined): void {
    this.pendingCount++;
    this.feed.push(job);
    if (limitMs !== undefined && limitMs !== Infinity) {
      job.limitMs = limitMs;
      this.#host.watch(job);
    }
    this.#host.dispatchSoon();
  }

  /** Stops `job`, which rejects with `reason` at once; a worker that does not release it is replaced. */
  stop(job: Job, reason: unknown): void {
    this.#host.stop(job, reason);
  }

  /** Takes note that `count` attempts are settled. */
  onSettled(count: number): void {
    this.pendingCount -= count;
    this.#host.dispatchSoon();
  }

  /** Ends what it has under way, which rejects with a {@link WorkerError}; the workers stay while others use them. */
  async close(): Promise<void> {
    this.isClosed = true;
    const jobs = [...this.feed.takeAll(), ...this.#host.release(this)];
    for (const job of jobs) job.fail(this.#errors.ended());
    await this.#host.forget(this);
  }

  /** The same as {@link PoolShare.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A worker was given to it, or serves it already. */
  take(worker: SharedWorker, nowMs: number): void {
    if (worker.served === this) return void (worker.isYielding = false);
    worker.served?.held.delete(worker);
    this.held.add(worker);
    this.servedAtMs = nowMs;
    worker.serve(this, nowMs);
  }

  /** A worker sent results: workers can be started, and the function can be found. */
  onResults(count: number, elapsedMs: number): void {
    this.feed.pace.record(count, elapsedMs);
    if (count > 0) this.#failedStarts = this.silentInRow = 0;
  }

  /** A worker found the function. */
  onLoaded(): void {
    this.hasLoaded = true;
    this.hopeless = undefined;
  }

  /** A worker died with `loss`: the item that caused it fails, all others run again. */
  onLost(loss: Loss<Job>, reason: LossReason, error: unknown): void {
    const { culprit, charge, innocent, suspects, doubted, missed, isFruitless } = judgeLoss(loss, reason);
    for (const job of suspects) job.isSuspect = true;
    if (doubted !== undefined) doubted.isDoubted = true;
    this.runAgain([...innocent, ...suspects, ...(doubted === undefined ? [] : [doubted])]);
    if (reason === "silent") this.silentInRow++;
    this.#giveUpMissed(missed);
    if (charge === "timeout") culprit!.fail(this.timeoutError(culprit!.limitMs ?? Infinity));
    else if (charge === "crash") this.#crashes.fail(culprit!, reason, error);
    const isHopeless = reason === "boot" || (isFruitless && ++this.#failedStarts >= MAX_FAILED_STARTS) ||
      (reason === "uncaught" && error instanceof ConfigurationError);
    if (isHopeless) this.giveUp(error);
  }

  /** Puts `jobs`, which a worker lost or gave back, before all others. */
  runAgain(jobs: readonly Job[]): void {
    for (const job of jobs) {
      job.worker = undefined;
      job.ranMs = undefined;
    }
    const [movable, lost] = [jobs.filter((job) => !job.moved), jobs.filter((job) => job.moved)];
    for (const job of lost) job.fail(this.#errors.moved());
    this.feed.runAgain(movable);
  }

  /** No worker can be started, or none finds the function: what waits fails. */
  giveUp(cause: unknown): void {
    this.#failedStarts = 0;
    const isMistake = cause instanceof ConfigurationError;
    this.#failAll(isMistake ? cause : this.#errors.noWorker(cause), isMistake);
  }

  /** The module of the function took longer than `limitMs` to load: what waits fails, and is not tried again. */
  giveUpLoading(limitMs: number): void {
    this.#failAll(this.#errors.notLoaded(limitMs), true);
  }

  /** The error of an attempt that took longer than `limitMs`. */
  timeoutError(limitMs: number): TimeoutError {
    return this.#errors.timeout(limitMs);
  }

  #failAll(error: Error, isFinal: boolean): void {
    this.hopeless = { error };
    for (const job of this.feed.takeAll()) {
      if (isFinal) stateOf(job.call).isFinal = true;
      job.fail(error);
    }
    if (isFinal) this.options.onHopeless?.(error);
  }

  /** Items that no worker begins must not be sent around endlessly. */
  #giveUpMissed(jobs: readonly Job[]): void {
    for (const job of jobs) {
      if (++job.missedCount < MAX_FAILED_STARTS || job.isSettled) continue;
      job.fail(this.#errors.missed(job.missedCount));
    }
  }
}
