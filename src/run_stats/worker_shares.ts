import { printable } from "../errors/printable.ts";
import type { ReportWorker } from "./run_report.ts";

const MAX_WORKERS = 50;
const MAX_NAME_LENGTH = 40;
const OTHERS = "other workers";

interface Share {
  done: number;
  failed: number;
  busyMs: number;
}

/** What each machine did; so many have a place of their own, all others share one. */
export class WorkerShares {
  readonly #shares = new Map<string, Share>();

  /** An item of `worker` is done. */
  add(worker: string, durationMs: number, isFailed: boolean): void {
    const share = this.#shareOf(printable(worker).slice(0, MAX_NAME_LENGTH));
    share.done++;
    share.busyMs += durationMs;
    if (isFailed) share.failed++;
  }

  /** The machines, the one that did most first. */
  report(): readonly ReportWorker[] {
    const workers = [...this.#shares].map(([name, { done, failed, busyMs }]) => {
      return { name, done, failed, busySeconds: Math.round(busyMs) / 1_000 };
    });
    return workers.sort((one, other) => other.done - one.done);
  }

  #shareOf(worker: string): Share {
    const name = this.#shares.size >= MAX_WORKERS && !this.#shares.has(worker) ? OTHERS : worker;
    const known = this.#shares.get(name);
    if (known !== undefined) return known;
    const share: Share = { done: 0, failed: 0, busyMs: 0 };
    this.#shares.set(name, share);
    return share;
  }
}
