import type { Job } from "./job.ts";

/** What the part of a pool that serves one function needs of the whole. */
export interface ShareHost<Share> {
  /** There is something new to decide, at the end of the turn if more may follow in it. */
  dispatchSoon(mayMoreFollow?: boolean): void;
  /** `job` may run for `job.limitMs`. */
  watch(job: Job): void;
  /** Stops `job`, which rejects with `reason` at once. */
  stop(job: Job, reason: unknown): void;
  /** Ends what `share` has under way; returns its jobs, once no worker has them. */
  release(share: Share): Job[];
  /** Resolves once the workers that were ended are gone; ends all where `share` was the last. */
  forget(share: Share): Promise<void>;
}
