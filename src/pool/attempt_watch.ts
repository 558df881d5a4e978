import { monotonicNow } from "../time/read_time.ts";
import type { Job, JobHolder } from "./job.ts";

/** What is done about jobs that overrun. */
export interface AttemptWatchOwner {
  /** `job` ran for longer than `limitMs`. */
  onOverrun(job: Job, limitMs: number): void;
  /** `job` was asked to stop and did not. */
  onUnresponsive(job: Job): void;
  /** The worker of `job` is busy with something unknown, for as long as the job may run. */
  onSilent(job: Job): void;
}

/** How long a job that was asked to stop may take for it, in milliseconds; a loop is ended only after that. */
const GRACE_MS = 50;

/** The bounds of the time between two looks, in milliseconds. */
const MIN_LOOK_MS = 2;
const MAX_LOOK_MS = 50;

/** A timer that is later than this shows that the thread was busy. */
const MAX_LATE_MS = 2;

/**
 * Looks from time to time at jobs that may overrun. The time of a job counts from when it is seen to
 * have begun, not from when it was sent: until then it waits for those before it. Nor does it count while
 * the synchronous part of another keeps it waiting: it is the other that overruns.
 */
export class AttemptWatch {
  readonly #owner: AttemptWatchOwner;
  readonly #limits = new Map<Job, number>();
  /** The workers that are asked for a sign of life. */
  readonly #probed = new Set<JobHolder>();
  /** When the grace of a job ends. */
  readonly #graces = new Map<Job, number>();
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;
  #checkMs = MAX_LOOK_MS;
  #armedMs = 0;

  /** A watch over nothing yet. */
  constructor(owner: AttemptWatchOwner) {
    this.#owner = owner;
  }

  /** Gives `job` a limit. */
  limit(job: Job, limitMs: number): void {
    this.#limits.set(job, limitMs);
    this.#arm(limitMs / 16);
  }

  /** Gives `job`, which was asked to stop, a moment to do so. */
  expectEnd(job: Job): void {
    this.#graces.set(job, monotonicNow() + GRACE_MS);
    this.#arm(GRACE_MS / 4);
  }

  /** No job is left; those asked to stop still have their moment. */
  rest(): void {
    this.#limits.clear();
    if (this.#graces.size === 0) this.close();
  }

  /** Ends the watch. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#limits.clear();
    this.#graces.clear();
  }

  #arm(checkMs: number): void {
    this.#checkMs = Math.min(this.#checkMs, Math.max(checkMs, MIN_LOOK_MS));
    if (this.#timer !== undefined) return;
    this.#armedMs = monotonicNow();
    this.#timer = setTimeout(() => this.#checkAll(), this.#checkMs);
  }

  #checkAll(): void {
    this.#timer = undefined;
    const nowMs = monotonicNow();
    // While this thread was busy it could receive no result, so that time is charged to no job.
    const chargedMs = Math.min(nowMs - this.#armedMs, this.#checkMs + MAX_LATE_MS);
    for (const [job, limitMs] of this.#limits) this.#check(job, limitMs, chargedMs);
    for (const worker of this.#probed) worker.probe(chargedMs);
    this.#probed.clear();
    for (const [job, endMs] of this.#graces) {
      const isThere = job.worker?.has(job) ?? false;
      if (isThere && nowMs < endMs) continue;
      this.#graces.delete(job);
      if (isThere) this.#owner.onUnresponsive(job);
    }
    if (this.#limits.size + this.#graces.size > 0) this.#arm(this.#checkMs);
    else this.#checkMs = MAX_LOOK_MS;
  }

  #check(job: Job, limitMs: number, chargedMs: number): void {
    const { worker } = job;
    if (job.isSettled) this.#limits.delete(job);
    else if (worker === undefined || !worker.hasBegun(job)) job.ranMs = undefined;
    else if (job.ranMs === undefined) job.ranMs = 0;
    else this.#charge(job, worker, limitMs, chargedMs);
  }

  /** Time in which another keeps the job waiting, or maybe does, is not the job's. */
  #charge(job: Job, worker: JobHolder, limitMs: number, chargedMs: number): void {
    const { blocker } = worker;
    if (blocker !== undefined && blocker !== job) return;
    this.#probed.add(worker);
    if (blocker === undefined && worker.silentMs > 0 && !worker.isAloneWith(job)) {
      if (worker.silentMs >= limitMs) this.#owner.onSilent(job);
      return;
    }
    job.ranMs! += chargedMs;
    if (job.ranMs! < limitMs) return;
    this.#limits.delete(job);
    this.#owner.onOverrun(job, limitMs);
  }
}
