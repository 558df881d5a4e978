import { getCorrelationId } from "../correlation.ts";
import { formatDuration } from "../duration.ts";
import { ConfigurationError, TimeoutError, WorkerError } from "../errors.ts";
import { nextTurn } from "../internal/next_turn.ts";
import { type Call, stateOf } from "../layer.ts";
import { setBackgroundTimer } from "../runtime/background_timer.ts";
import { AttemptWatch } from "./attempt_watch.ts";
import { CrashLedger } from "./crash_ledger.ts";
import { Job } from "./job.ts";
import { knownErrorClasses } from "./known_errors.ts";
import type { LossReason } from "./loss_reason.ts";
import type { ErrorClass, Pool, PooledFunction, PoolOptions } from "./pool.ts";
import { PoolWorker } from "./pool_worker.ts";
import { WorkerFeed } from "./worker_feed.ts";

/** Idle workers are kept for so long. */
const IDLE_MS = 1_000;

/** So many workers in a row may end before they are ready; then the pool gives up what waits. */
const MAX_FAILED_STARTS = 3;

/**
 * Runs attempts in worker threads, which start when there is something to do, one after the other,
 * and end when there has been nothing for a while.
 */
export class WorkerPool implements Pool {
  readonly #fn: PooledFunction;
  /** The function's name as messages show it. */
  readonly #name: string;
  readonly #options: PoolOptions;
  /** The classes that errors of workers become again. */
  readonly known: ReadonlyMap<string, ErrorClass>;
  readonly #workers = new Set<PoolWorker>();
  readonly #ending = new Set<Promise<void>>();
  readonly #feed: WorkerFeed;
  readonly #crashes: CrashLedger;
  readonly #watch: AttemptWatch = new AttemptWatch({
    onOverrun: (job, limitMs) => this.#endOverrun(job, limitMs),
    onDeaf: (job) => this.#replaceWorkerOf(job),
  });
  #pendingCount = 0;
  #failedStarts = 0;
  #isDispatchComing = false;
  #isClosed = false;
  #cancelIdle: (() => void) | undefined = undefined;

  /** A pool for `fn` without a worker yet. */
  constructor(fn: PooledFunction, options: PoolOptions) {
    this.#fn = fn;
    this.#name = JSON.stringify(fn.name || "anonymous");
    this.#options = options;
    this.known = knownErrorClasses(options.errorClasses);
    this.#feed = new WorkerFeed(options.workerConcurrency, options.chunkSize);
    this.#crashes = new CrashLedger(this.#name, options.maxCrashesPerItem);
  }

  /** How many attempts it takes in before a further one would only wait. */
  get capacity(): number {
    return this.#options.workers * this.#feed.depth;
  }

  /** Runs one attempt of `call`. */
  readonly run = (call: Call): Promise<unknown> => {
    if (this.#isClosed) return Promise.reject(this.#closedError());
    const correlationId = getCorrelationId();
    // Read here, since the workers are fed later and in the name of nobody.
    if (correlationId !== undefined) stateOf(call).correlationId ??= correlationId;
    const job = new Job(call, this);
    call.attempt = job;
    if (this.#pendingCount++ === 0) this.#wake();
    this.#feed.push(job);
    job.limitMs = call.state?.limits?.timeoutMs ?? this.#options.timeoutMs ?? Infinity;
    if (job.limitMs !== Infinity) this.#watch.limit(job, job.limitMs);
    this.#dispatchSoon();
    return job.promise;
  };

  /** Stops `job`, which rejects with `reason` at once; a worker that does not let go of it is replaced. */
  stop(job: Job, reason: unknown): void {
    const { worker } = job;
    job.fail(reason);
    if (worker === undefined || worker.takeOneBack(job)) return;
    worker.abort(job, reason);
    this.#watch.expectEnd(job);
  }

  /** Takes note that a job is settled. */
  onSettled(): void {
    if (--this.#pendingCount > 0) return;
    for (const worker of this.#workers) worker.setNeeded(false);
    this.#watch.rest();
    this.#cancelIdle ??= setBackgroundTimer(IDLE_MS, () => this.#endIdle());
  }

  /** Stops the workers; what still runs rejects with a {@link WorkerError}. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelIdle?.();
    const jobs = this.#feed.takeAll();
    for (const worker of this.#workers) {
      const { running, begun, waiting } = this.#retire(worker);
      jobs.push(...(running ? [running] : []), ...begun, ...waiting);
    }
    for (const job of jobs) job.fail(new WorkerError(`Cannot run ${this.#label} to its end as its pool was closed`));
    this.#watch.close();
    this.#cancelIdle?.();
    await Promise.all(this.#ending);
  }

  /** The same as {@link WorkerPool.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A worker is ready: the next one may start. */
  onReady(): void {
    this.#failedStarts = 0;
    this.#dispatch();
  }

  /** Results came: there is room for more. */
  onResults(_worker: PoolWorker, count: number, elapsedMs: number): void {
    this.#feed.pace.note(count, elapsedMs);
    this.#dispatchSoon();
  }

  /** A worker died: whoever did it fails, all others run again. */
  onLost(worker: PoolWorker, reason: LossReason, error: unknown): void {
    const isNew = !worker.isReady;
    const { running, isForgottenOne, begun, waiting } = this.#retire(worker);
    this.#runAgain(waiting);
    const culprit = running ?? (begun.length === 1 && !isForgottenOne ? begun[0] : undefined);
    const others = begun.filter((job) => job !== culprit);
    for (const job of others) job.ranMs = undefined;
    if (culprit !== undefined || isForgottenOne) this.#runAgain(others);
    else this.#suspect(others);
    if (culprit !== undefined && reason === "overrun") culprit.fail(this.#timeoutError(culprit.limitMs));
    else if (culprit !== undefined) this.#crashes.fail(culprit, reason, error);
    else if (reason === "boot" || (isNew && ++this.#failedStarts >= MAX_FAILED_STARTS)) this.#giveUp(error);
    this.#dispatchSoon();
  }

  /**
   * Where items run one at a time, several that have begun are results on their way, one of which cannot be
   * read to its end: they run again, one to a worker, until it is known which.
   */
  #endOverrun(job: Job, limitMs: number): void {
    const worker = [...this.#workers].find((each) => each.has(job));
    const isTelling = this.#options.workerConcurrency === 1 && worker !== undefined && worker.begunCount > 1;
    if (!isTelling) return this.stop(job, this.#timeoutError(limitMs));
    this.#watch.limit(job, limitMs);
    this.onLost(worker, "overrun", undefined);
  }

  #wake(): void {
    this.#cancelIdle?.();
    this.#cancelIdle = undefined;
    for (const worker of this.#workers) worker.setNeeded(true);
  }

  #endIdle(): void {
    this.#cancelIdle = undefined;
    for (const worker of this.#workers) this.#retire(worker);
  }

  #dispatchSoon(): void {
    if (this.#isDispatchComing) return;
    this.#isDispatchComing = true;
    nextTurn(() => this.#dispatch());
  }

  #dispatch(): void {
    this.#isDispatchComing = false;
    if (this.#isClosed) return;
    this.#grow();
    this.#feed.feed(this.#workers);
  }

  /** Starts one more worker where there is work for it; the next when this one is ready, as starts slow each other. */
  #grow(): void {
    const { workers, workerConcurrency } = this.#options;
    const wanted = Math.min(workers, Math.ceil(this.#pendingCount / workerConcurrency));
    if (this.#workers.size >= wanted || [...this.#workers].some((worker) => !worker.isReady)) return;
    try {
      this.#workers.add(this.#startWorker());
    } catch (error) {
      this.#giveUp(error);
    }
  }

  #startWorker(): PoolWorker {
    const { workerConcurrency: concurrency, memoryLimit, permissions } = this.#options;
    const slotCount = concurrency + 4 * this.#feed.pace.maxChunk;
    return new PoolWorker({ fn: this.#fn, concurrency, slotCount, place: { memoryLimit, permissions }, owner: this });
  }

  #replaceWorkerOf(job: Job): void {
    const worker = [...this.#workers].find((worker) => worker === job.worker);
    if (worker === undefined) return;
    const { running, begun, waiting } = this.#retire(worker);
    this.#runAgain([...(running ? [running] : []), ...begun, ...waiting]);
    this.#dispatchSoon();
  }

  #retire(worker: PoolWorker): ReturnType<PoolWorker["salvage"]> {
    this.#workers.delete(worker);
    const salvage = worker.salvage();
    const ending = worker.end().catch(() => {}).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    return salvage;
  }

  #runAgain(jobs: readonly Job[]): void {
    for (const job of jobs) {
      job.worker = undefined;
      job.ranMs = undefined;
    }
    const [movable, lost] = [jobs.filter((job) => !job.moved), jobs.filter((job) => job.moved)];
    for (const job of lost) job.fail(new WorkerError(`Cannot run ${this.#label} again as its buffers were moved`));
    this.#feed.runAgain(movable);
  }

  #suspect(jobs: readonly Job[]): void {
    for (const job of jobs) job.isSuspect = true;
    this.#runAgain(jobs);
  }

  #giveUp(cause: unknown): void {
    this.#failedStarts = 0;
    const error = cause instanceof ConfigurationError
      ? cause
      : new WorkerError(`Cannot start a worker for ${this.#name}`, { cause });
    for (const job of this.#feed.takeAll()) job.fail(error);
  }

  #timeoutError(limitMs: number): TimeoutError {
    return new TimeoutError(`An attempt of ${this.#name} took longer than ${formatDuration(limitMs)}`, limitMs);
  }

  #closedError(): ConfigurationError {
    return new ConfigurationError(`Cannot run ${this.#label} as its pool is closed`);
  }

  get #label(): string {
    return `an item of ${this.#name}`;
  }
}
