import { monotonicNow } from "../time/read_time.ts";
import { setBackgroundTimer } from "../runtime/background_timer.ts";

/** A worker, as far as it may be idle. */
export interface IdlingWorker {
  /** How many jobs it has. */
  readonly jobCount: number;
  /** When it last had something to do, as `monotonicNow()` has it. */
  readonly usedAtMs: number;
  /** Whether it can be idle without keeping the process alive. */
  readonly canIdle: boolean;
}

/** How long a worker that keeps the process alive is kept at most, in milliseconds. */
const RESTLESS_MS = 1_000;

/** A timer cannot be set for longer, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Ends workers that have had nothing to do for a while. It keeps no process alive itself. */
export class IdleWatch<Worker extends IdlingWorker> {
  readonly #workers: ReadonlySet<Worker>;
  readonly #idleMs: number;
  readonly #end: (worker: Worker) => void;
  #cancelCheck: (() => void) | undefined = undefined;

  /** A watch over `workers`, each of which is handed to `end` once it was idle for `idleMs`. */
  constructor(workers: ReadonlySet<Worker>, idleMs: number, end: (worker: Worker) => void) {
    this.#workers = workers;
    this.#idleMs = idleMs;
    this.#end = end;
  }

  /** There is a worker to look at; continues until there is none. */
  start(): void {
    if (this.#cancelCheck !== undefined || this.#workers.size === 0) return;
    const nowMs = monotonicNow();
    const leftMs = Math.min(...[...this.#workers].map((worker) => this.#leftMs(worker, nowMs)));
    this.#cancelCheck = setBackgroundTimer(Math.min(Math.max(leftMs, 0), MAX_TIMER_MS), () => this.#checkIdle());
  }

  /** There is no worker any more. */
  stop(): void {
    this.#cancelCheck?.();
    this.#cancelCheck = undefined;
  }

  #checkIdle(): void {
    this.#cancelCheck = undefined;
    const nowMs = monotonicNow();
    for (const worker of [...this.#workers]) if (this.#leftMs(worker, nowMs) <= 0) this.#end(worker);
    this.start();
  }

  /** How long `worker` is kept from `nowMs` on, in milliseconds. */
  #leftMs(worker: Worker, nowMs: number): number {
    const idleMs = worker.canIdle ? this.#idleMs : Math.min(this.#idleMs, RESTLESS_MS);
    return worker.jobCount > 0 ? Math.max(idleMs, 1) : worker.usedAtMs + idleMs - nowMs;
  }
}
