import type { Job } from "./job.ts";
import { JobQueue } from "./job_queue.ts";
import type { Pace } from "./pace.ts";
import type { PoolWorker } from "./pool_worker.ts";
import { RangeQueue } from "./range_queue.ts";

/** To give less work than this to another worker is not worth the messages, in milliseconds. */
const MIN_MOVED_MS = 0.25;

/** Holds the jobs that wait, and decides which worker is given which. */
export class WorkerFeed {
  /** How many items go in one message. */
  readonly pace: Pace;
  readonly #concurrency: number;
  readonly #fixedChunk: number | undefined;
  readonly #queue = new JobQueue();
  /** Ranges of items that wait. */
  readonly ranges: RangeQueue = new RangeQueue();
  /** Whether a range has its turn, where jobs wait, too. */
  #isRangeNext = false;
  /** Jobs that shared a worker that died: each runs next to no other until it is known who did it. */
  readonly #suspects = new JobQueue();
  /** Jobs that run in a worker that has run nothing before. */
  readonly #doubted = new JobQueue();

  /** Feeds workers that run `concurrency` items at once, `chunkSize` in a message or as many as their `pace` says. */
  constructor(concurrency: number, chunkSize: number | undefined, pace: Pace) {
    this.#concurrency = concurrency;
    this.#fixedChunk = chunkSize;
    this.pace = pace;
  }

  /** How many jobs wait for a worker. */
  get waitingCount(): number {
    return this.#queue.length + this.ranges.length + this.#suspects.length + this.#doubted.length;
  }

  /** Whether a job waits for a worker that has run nothing before. */
  get isFreshNeeded(): boolean {
    return this.#doubted.length > 0;
  }

  /** How many jobs a worker accepts before a further one would only wait. */
  get depth(): number {
    return this.#concurrency + 2 * this.pace.chunk - 1;
  }

  /** Puts `job` behind all others. */
  push(job: Job): void {
    this.#queue.push(job);
  }

  /** Gives each item that waits a job of its own. */
  breakUp(): void {
    for (const range of this.ranges.takeAll()) for (const job of range.jobs()) this.#queue.push(job);
  }

  /** Puts `jobs`, which their worker lost, before all others. */
  runAgain(jobs: readonly Job[]): void {
    this.#queue.unshift(jobs.filter((job) => !job.isSuspect && !job.isDoubted));
    this.#suspects.unshift(jobs.filter((job) => job.isSuspect && !job.isDoubted));
    this.#doubted.unshift(jobs.filter((job) => job.isDoubted));
  }

  /** Takes out all jobs that wait. */
  takeAll(): Job[] {
    this.breakUp();
    return [this.#queue, this.#suspects, this.#doubted].flatMap((queue) => queue.take(Infinity));
  }

  /** Gives each of `workers` what it has room for. */
  feed(workers: ReadonlySet<PoolWorker>): void {
    if (this.#doubted.length + this.#suspects.length > 0) this.#isolate(openAmong(workers));
    const open = openAmong(workers);
    while (this.#fill(open));
    if (open.length > 1 && this.#queue.length + this.ranges.length === 0) this.#balance(open);
  }

  #isolate(open: readonly PoolWorker[]): void {
    for (const worker of open) {
      if (worker.jobCount > 0) continue;
      const isFreshNeeded = !worker.hasServed && this.#doubted.length > 0;
      const [job] = (isFreshNeeded ? this.#doubted : this.#suspects).take(1);
      if (job !== undefined) worker.send([job]);
      worker.isIsolated = worker.jobCount > 0;
    }
  }

  /** Gives each worker with room one message; returns whether there may be more to give. */
  #fill(open: readonly PoolWorker[]): boolean {
    const { chunk } = this.pace;
    const roomy: PoolWorker[] = [];
    for (const worker of open) {
      if (worker.jobCount < this.#concurrency + chunk && worker.freeCount > 0) roomy.push(worker);
    }
    if (roomy.length === 0) return false;
    const share = Math.max(1, Math.ceil((this.#queue.length + this.ranges.length) / roomy.length));
    const least = Math.floor(MIN_MOVED_MS / (this.pace.itemMs ?? Infinity));
    const count = this.#fixedChunk ?? Math.min(chunk, Math.max(share, least));
    for (const worker of roomy) {
      if (this.#queue.length + this.ranges.length === 0) return false;
      const most = Math.min(count, worker.freeCount);
      const isRange = this.ranges.length > 0 && (this.#isRangeNext || this.#queue.length === 0);
      this.#isRangeNext = !isRange;
      if (isRange) worker.sendRange(this.ranges.take(most));
      else this.#send(worker, this.#queue.take(most));
    }
    return this.#queue.length + this.ranges.length > 0;
  }

  #send(worker: PoolWorker, jobs: readonly Job[]): void {
    if (jobs.length > 0) worker.send(jobs);
  }

  /** Gives a worker that has nothing to do half of what waits at the busiest. */
  #balance(open: readonly PoolWorker[]): void {
    for (const worker of open) {
      if (worker.jobCount >= this.#concurrency) continue;
      const busiest = open.reduce((most, other) => other.jobCount > most.jobCount ? other : most);
      if (busiest.jobCount <= this.#concurrency) return;
      const count = Math.ceil((busiest.jobCount - worker.jobCount) / 2);
      if (count * (this.pace.itemMs ?? Infinity) < MIN_MOVED_MS) return;
      this.#send(worker, busiest.takeBack(Math.min(count, worker.freeCount)));
    }
  }
}

/** The workers that may be given jobs: the ready ones, or else the first, which finds them when it is. */
function openAmong(workers: ReadonlySet<PoolWorker>): PoolWorker[] {
  const open: PoolWorker[] = [];
  let isOneReady = false;
  for (const worker of workers) {
    // What was open as long as none was ready is so no more.
    if (worker.isReady && !isOneReady) open.length = 0;
    isOneReady ||= worker.isReady;
    if (worker.isReady === isOneReady && !worker.isIsolated && !worker.isYielding) open.push(worker);
  }
  return open;
}
