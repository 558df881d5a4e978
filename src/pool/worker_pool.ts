import { monotonicNow } from "../time/read_time.ts";
import { nextTurn } from "../time/next_turn.ts";
import { AttemptWatch } from "./attempt_watch.ts";
import { IdleWatch } from "./idle_watch.ts";
import type { Job } from "./job.ts";
import { LifeWatch } from "./life_watch.ts";
import { jobsOf, type Loss } from "./loss_judgement.ts";
import type { LossReason } from "./loss_reason.ts";
import { Pace } from "./pace.ts";
import type { ShareOptions, WorkerPoolOptions } from "./pool.ts";
import type { PooledFunction } from "./wire/pooled_function.ts";
import { PoolShare, type SharedWorker } from "./pool_share.ts";
import { patienceWith } from "./patience.ts";
import { PoolWorker, type PoolWorkerOwner } from "./pool_worker.ts";
import type { ShareHost } from "./share_host.ts";
import { askBack, leaseWorkers, neediest, wantedWorkers } from "./worker_leases.ts";

/**
 * Runs attempts of many functions in worker threads, which start when there is something to do, all
 * that are needed together, and end when there has been nothing for a while.
 */
export class WorkerPool implements ShareHost<PoolShare>, PoolWorkerOwner<PoolShare> {
  readonly #options: WorkerPoolOptions;
  readonly #workers = new Set<SharedWorker>();
  readonly #ending = new Set<Promise<void>>();
  /** The functions that may come back. */
  readonly #open = new Set<PoolShare>();
  /** The functions that have something to do. */
  readonly #active = new Set<PoolShare>();
  readonly #watch: AttemptWatch = new AttemptWatch({
    onOverrun: (job, limitMs) => this.#endOverrun(job, limitMs),
    onUnresponsive: (job) => this.#replaceWorkerOf(job),
    onSilent: (job) => this.#loseSilent(job),
  });
  readonly #life: LifeWatch<SharedWorker> = new LifeWatch({
    watched: this.#workers,
    patienceWith,
    onLifeless: (worker, limitMs) => this.#endLifeless(worker, limitMs),
  });
  readonly #idle: IdleWatch<SharedWorker>;
  #lastId = 0;
  #slotCount = 0;
  #isDispatchComing = false;

  /** A pool without a worker yet. */
  constructor(options: WorkerPoolOptions = {}) {
    this.#options = options;
    this.#idle = new IdleWatch(this.#workers, options.idleMs ?? Infinity, (worker) => this.#retire(worker));
  }

  /** How many workers there are. */
  get size(): number {
    return this.#workers.size;
  }

  /** The part of the pool that serves `fn`; `pace` is what is known of its items. */
  openShare(fn: PooledFunction, options: ShareOptions, pace: Pace = new Pace(options.chunkSize)): PoolShare {
    const share = new PoolShare({ id: ++this.#lastId, fn, options, pace, host: this });
    this.#open.add(share);
    this.#slotCount = Math.max(this.#slotCount, options.workerConcurrency + 4 * pace.maxChunk);
    return share;
  }

  /** Ends what runs, and the workers. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((share) => share.close()));
  }

  /** The same as {@link WorkerPool.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** `job` may run for `job.limitMs`. */
  watch(job: Job): void {
    this.#watch.limit(job, job.limitMs ?? Infinity);
  }

  /** Stops `job`, which rejects with `reason` at once; a worker that does not release it is replaced. */
  stop(job: Job, reason: unknown): void {
    const { worker } = job;
    job.fail(reason);
    if (worker === undefined || worker.takeOneBack(job)) return;
    worker.abort(job, reason);
    this.#watch.expectEnd(job);
  }

  /** Ends the workers that run items of `share`; returns its jobs. */
  release(share: PoolShare): Job[] {
    const jobs: Job[] = [];
    for (const worker of [...share.held]) {
      if (worker.jobCount > 0) jobs.push(...jobsOf(this.#retire(worker)));
    }
    return jobs;
  }

  /** Resolves once the workers that were ended are gone; ends all where `share` was the last. */
  async forget(share: PoolShare): Promise<void> {
    this.#open.delete(share);
    if (this.#open.size === 0) {
      for (const worker of this.#workers) this.#retire(worker);
      this.#watch.close();
      this.#idle.stop();
    }
    await Promise.all(this.#ending);
  }

  /** A worker listens, or has found its function: the next one may start. */
  onProgress(worker: SharedWorker): void {
    if (worker.isReady) worker.served?.onLoaded();
    this.#dispatch();
  }

  /** Results came: there is room for more. */
  onResults(worker: SharedWorker, count: number, elapsedMs: number): void {
    worker.usedAtMs = monotonicNow();
    worker.served?.onResults(count, elapsedMs);
    this.dispatchSoon();
  }

  /** A worker died: the item that caused it fails, all others run again. */
  onLost(worker: SharedWorker, reason: LossReason, error: unknown): void {
    const share = worker.served;
    share?.onLost(this.#retire(worker), reason, error);
    this.dispatchSoon();
  }

  /** Decides what is to be done, once this turn is over, or before that where nothing more is to follow in it. */
  dispatchSoon(mayMoreFollow: boolean = true): void {
    if (!mayMoreFollow) return void Promise.resolve().then(this.#dispatch);
    if (this.#isDispatchComing) return;
    this.#isDispatchComing = true;
    nextTurn(this.#dispatch);
  }

  readonly #dispatch = (): void => {
    this.#isDispatchComing = false;
    this.#rollCall();
    const nowMs = monotonicNow();
    leaseWorkers(this.#workers, this.#active, nowMs);
    for (const share of this.#active) this.#freshen(share);
    this.#grow(nowMs);
    for (const share of this.#active) share.feed.feed(share.held);
  };

  /** Looks who has something to do: once for many items, as asking for each item costs more than it is worth. */
  #rollCall(): void {
    const wereActive = this.#active.size > 0;
    for (const share of this.#open) if (share.pendingCount > 0) this.#active.add(share);
    for (const share of this.#active) if (share.pendingCount === 0) this.#active.delete(share);
    const areActive = this.#active.size > 0;
    if (areActive === wereActive) return;
    for (const worker of this.#workers) worker.setNeeded(areActive);
    if (areActive) return this.#life.start();
    this.#watch.rest();
    this.#life.stop();
  }

  /** Starts one more worker where there is work for it; the next as soon as this one is up, as starts slow each other. */
  #grow(nowMs: number): void {
    if (
      this.#workers.size >= wantedWorkers(this.#active, this.#options.maxThreads) ||
      [...this.#workers].some((worker) => !worker.isUp)
    ) return;
    const share = neediest(this.#active);
    if (share === undefined) return;
    try {
      const worker = new PoolWorker<PoolShare>({ slotCount: this.#slotCount, place: this.#options, owner: this });
      this.#workers.add(worker);
      this.#idle.start();
      share.take(worker, nowMs);
    } catch (error) {
      share.giveUp(error);
    }
  }

  /** Makes room for a worker that has run nothing before, where an item waits for one, or for one with more slots. */
  #freshen(share: PoolShare): void {
    for (const worker of share.held) {
      if (worker.jobCount === 0 && worker.slotCount < this.#slotCount) this.#retire(worker);
    }
    if (!share.feed.isFreshNeeded) return;
    const held = [...share.held];
    if (held.some((worker) => !worker.hasServed && worker.jobCount === 0)) return;
    const idle = held.find((worker) => worker.jobCount === 0);
    if (idle !== undefined) this.#retire(idle);
    else if (
      this.#workers.size >= wantedWorkers(this.#active, this.#options.maxThreads) &&
      !held.some((worker) => worker.isYielding)
    ) askBack(held[0]!);
  }

  /** Where it is one of several results on their way that cannot be read to its end, all run again until it is known which. */
  #endOverrun(job: Job, limitMs: number): void {
    const worker = this.#workerOf(job);
    if (worker === undefined || !worker.isReportedWithOthers(job)) {
      return job.abort(worker?.served?.timeoutError(limitMs));
    }
    this.#watch.limit(job, limitMs);
    this.onLost(worker, "overrun", undefined);
  }

  /** What keeps the worker of `job` busy is not known: all that are under way there run again. */
  #loseSilent(job: Job): void {
    const worker = this.#workerOf(job);
    if (worker !== undefined) this.#endSilent(worker);
  }

  #endLifeless(worker: SharedWorker, limitMs: number): void {
    const { served, isUp, isReady } = worker;
    this.#endSilent(worker);
    // Another worker would wait as long for a module that none has loaded yet.
    if (isUp && !isReady && served?.hasLoaded === false) served.giveUpLoading(limitMs);
  }

  #endSilent(worker: SharedWorker): void {
    this.#warnOfLoop(worker);
    this.onLost(worker, "silent", undefined);
  }

  #warnOfLoop(worker: SharedWorker): void {
    if (worker.isReady && !worker.handle.endsLoops) worker.served?.options.onBurning?.();
  }

  #replaceWorkerOf(job: Job): void {
    const worker = this.#workerOf(job);
    if (worker === undefined) return;
    // An item that only hangs lets its worker answer; a loop in its synchronous part ends by itself.
    if (worker.blocker === undefined && 2 * worker.silentMs >= (job.limitMs ?? Infinity)) this.#warnOfLoop(worker);
    const share = worker.served;
    share?.runAgain(jobsOf(this.#retire(worker)));
    this.dispatchSoon();
  }

  #workerOf(job: Job): SharedWorker | undefined {
    return [...this.#workers].find((worker) => worker === job.worker);
  }

  #retire(worker: SharedWorker): Loss<Job> {
    this.#workers.delete(worker);
    worker.served?.held.delete(worker);
    const loss = worker.salvage();
    const ending = worker.end().catch(() => {}).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    return loss;
  }
}
