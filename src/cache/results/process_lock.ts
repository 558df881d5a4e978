import type { Flight } from "./flight.ts";
import { LockNews } from "./lock_news.ts";
import { LockWait } from "./lock_wait.ts";
import type { ProcessLockSetup } from "./process_lock_setup.ts";
import type { LockedRun } from "./run_lock.ts";

/**
 * One flight over processes: for each key the process that holds the lock runs, and the others wait for what it keeps. Whatever
 * goes wrong, the function runs here: the lock saves work, and is no mutual exclusion.
 */
export class ProcessLock {
  readonly #setup: ProcessLockSetup;
  readonly #news = new LockNews();

  /** The lock of one function. */
  constructor(setup: ProcessLockSetup) {
    this.#setup = setup;
  }

  /** Runs here once the lock is held or was waited for in vain, or serves what another process has made. */
  async run({ flight, seenAt, runHere, serve }: LockedRun): Promise<unknown> {
    // A function that calls itself would wait for itself.
    if (isWithinLock(flight)) return await runHere();
    const wait = new LockWait(flight.key, this.#setup, this.#news);
    flight.lock = wait;
    const outcome = flight.isStorable ? await wait.outcome(seenAt, this.#limitMs(flight)) : undefined;
    flight.lock = undefined;
    const scope = flight.call.state?.scope;
    if (scope?.isAborted) {
      if (outcome !== undefined && "held" in outcome) outcome.held.release();
      throw scope.reason;
    }
    if (outcome === undefined) return await runHere();
    if ("entry" in outcome) return serve(outcome.entry, outcome.hasWaited);
    flight.lock = outcome.held;
    return await runHere();
  }

  /** The deadline of the run begins with the run; a call does not wait longer than that for another's. */
  #limitMs({ call: { state } }: Flight): number {
    const { maxWaitMs, deadlineMs } = this.#setup;
    return Math.min(maxWaitMs, state?.limits?.deadlineMs ?? deadlineMs);
  }
}

/** Whether the flight was begun in a run that holds the lock of its key, as far as that is known. */
function isWithinLock({ key, links }: Flight): boolean {
  for (let outer = links?.parent; outer !== undefined; outer = outer.links?.parent) {
    if (outer.key === key && outer.lock !== undefined) return true;
  }
  return false;
}
