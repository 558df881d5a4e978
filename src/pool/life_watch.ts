import { monotonicNow } from "../time/read_time.ts";

/** A worker, as far as its life is watched. */
export interface WatchedWorker {
  /** How many jobs it has. */
  readonly jobCount: number;
  /** How many of them have begun. */
  readonly begunCount: number;
  /** Whether its function can run. */
  readonly isReady: boolean;
  /** How long it has had jobs, sent nothing and begun none of them, in milliseconds. */
  idleMs: number;
}

/** What is done about workers that give no sign of life. */
export interface LifeWatchOwner<Worker extends WatchedWorker> {
  /** The workers there are. */
  readonly watched: Iterable<Worker>;
  /** How long `worker` may have jobs without beginning one, in milliseconds. */
  patienceWith(worker: Worker): number;
  /** `worker` took longer than that. */
  onLifeless(worker: Worker, limitMs: number): void;
}

/** The time between two looks, in milliseconds. */
const LOOK_MS = 100;

/** A timer that is later than this shows that the thread was busy. */
const MAX_LATE_MS = 20;

/** Looks now and then at workers that were sent jobs, so that none waits without an end for its job to begin. */
export class LifeWatch<Worker extends WatchedWorker> {
  readonly #owner: LifeWatchOwner<Worker>;
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;
  #armedMs = 0;

  /** A watch that has not begun. */
  constructor(owner: LifeWatchOwner<Worker>) {
    this.#owner = owner;
  }

  /** Begins, or continues. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#armedMs = monotonicNow();
    this.#timer = setTimeout(() => this.#checkAll(), LOOK_MS);
  }

  /** Ends the watch. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #checkAll(): void {
    this.#timer = undefined;
    // While this thread was busy it could receive no sign, so that time does not count.
    const chargedMs = Math.min(monotonicNow() - this.#armedMs, LOOK_MS + MAX_LATE_MS);
    this.start();
    for (const worker of [...this.#owner.watched]) this.#check(worker, chargedMs);
  }

  #check(worker: Worker, chargedMs: number): void {
    if (worker.jobCount === 0 || (worker.isReady && worker.begunCount > 0)) return void (worker.idleMs = 0);
    worker.idleMs += chargedMs;
    const limitMs = this.#owner.patienceWith(worker);
    if (worker.idleMs >= limitMs) this.#owner.onLifeless(worker, limitMs);
  }
}
