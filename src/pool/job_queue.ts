import type { Job } from "./job.ts";

/** Jobs that wait to be sent, the longest waiting first. */
export class JobQueue {
  #jobs: Job[] = [];
  #head = 0;

  /** How many wait, those included that were stopped meanwhile. */
  get length(): number {
    return this.#jobs.length - this.#head;
  }

  /** Puts `job` behind all others. */
  push(job: Job): void {
    this.#jobs.push(job);
  }

  /** Puts `jobs` before all others. */
  unshift(jobs: readonly Job[]): void {
    if (jobs.length > 0) this.#replace([...jobs, ...this.#jobs.slice(this.#head)]);
  }

  /** Takes up to `count` jobs out, leaving behind those that were stopped. */
  take(count: number): Job[] {
    const taken: Job[] = [];
    while (taken.length < count && this.#head < this.#jobs.length) {
      const job = this.#jobs[this.#head++]!;
      if (!job.isSettled) taken.push(job);
    }
    // Cut now and then: shifting each job out would cost more than running it.
    if (this.#head === this.#jobs.length) this.#jobs.length = this.#head = 0;
    else if (this.#head > 4_096) this.#replace(this.#jobs.slice(this.#head));
    return taken;
  }

  #replace(jobs: Job[]): void {
    this.#jobs = jobs;
    this.#head = 0;
  }
}
