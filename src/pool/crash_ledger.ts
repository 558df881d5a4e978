import { WorkerError } from "../errors/worker_error.ts";
import { type Call, stateOf } from "../call/call.ts";
import type { Job } from "./job.ts";
import { describeLoss, type LossReason } from "./loss_reason.ts";

/** Counts the workers that each item crashed, so that none is retried endlessly. */
export class CrashLedger {
  readonly #name: string;
  readonly #maxCrashes: number;
  readonly #crashes = new WeakMap<Call, number>();

  /** A ledger for the items of the function `name`. */
  constructor(name: string, maxCrashes: number) {
    this.#name = name;
    this.#maxCrashes = maxCrashes;
  }

  /** Fails `job`, which brought its worker down; after too many times no further attempt may follow. */
  fail(job: Job, reason: LossReason, error: unknown): void {
    const count = (this.#crashes.get(job.call) ?? 0) + 1;
    this.#crashes.set(job.call, count);
    const isLast = count >= this.#maxCrashes;
    if (isLast) stateOf(job.call).isFinal = true;
    const which = isLast && count > 1 ? `ended ${count} workers and is not run again, the last` : "ended its worker";
    const cause = error === undefined || reason === "exit" ? {} : { cause: error };
    job.fail(new WorkerError(`An item of ${this.#name} ${which} ${describeLoss(reason, error)}`, cause));
  }
}
