import { followSignal, unfollowSignal } from "../../call/follow_signal.ts";
import type { Clock, Timer } from "../../time/clock.ts";
import type { TaskAddress, WorkerLine } from "../engine.ts";
import type { ClusterWorker } from "./cluster_worker.ts";

/** How a task is served. */
export interface ServedTaskInit {
  readonly address: TaskAddress;
  readonly graceMs: number;
  readonly idleExitMs: number;
  readonly clock: Clock;
}

/** A worker that serves one function, until it is to stop. */
export class ServedTask implements AsyncDisposable {
  /** What it serves. */
  readonly address: TaskAddress;
  /** Resolves once it has stopped; rejects with what ended it otherwise. */
  readonly stopped: Promise<void>;
  readonly #worker: ClusterWorker;
  readonly #init: ServedTaskInit;
  readonly #follower = { abort: () => void this.stop() };
  #signal: AbortSignal | undefined = undefined;
  #line: WorkerLine | undefined = undefined;
  #idleTimer: Timer | undefined = undefined;
  #stopping: Promise<void> | undefined = undefined;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;

  /** A task that is not served yet. */
  constructor(worker: ClusterWorker, init: ServedTaskInit) {
    this.#worker = worker;
    this.#init = init;
    this.address = init.address;
    this.stopped = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Who does not ask is not told.
    this.stopped.catch(() => {});
  }

  /** How many items run, and how many are done. */
  get counts(): { readonly running: number; readonly done: number } {
    return this.#worker.counts;
  }

  /**
   * Announces itself, and begins; `signal` stops it.
   *
   * @throws {unknown} The reason of the signal, where that aborts before it has begun.
   */
  async begin(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    this.#signal = signal;
    if (signal !== undefined) followSignal(signal, this.#follower);
    try {
      this.#line = await this.#worker.open();
    } catch (error) {
      if (signal !== undefined) unfollowSignal(signal, this.#follower);
      throw signal?.aborted ? signal.reason : error;
    }
    this.#worker.work(this.#line).catch((error) => this.#reject(error));
    this.#watchIdle();
  }

  /** Begins nothing more, lets what runs end, and gives back the rest. */
  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  /** The same as {@link ServedTask.stop}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    this.#idleTimer?.cancel();
    if (this.#signal !== undefined) unfollowSignal(this.#signal, this.#follower);
    await this.#worker.drain(this.#init.graceMs);
    this.#worker.stop();
    await this.#line?.[Symbol.asyncDispose]();
    this.#resolve();
  }

  #watchIdle(): void {
    const { idleExitMs, clock } = this.#init;
    if (idleExitMs === Infinity) return;
    const leftMs = this.#worker.isIdle ? this.#worker.usedAtMs + idleExitMs - clock.now() : idleExitMs;
    if (leftMs <= 0) return void this.stop();
    this.#idleTimer = clock.setTimer(leftMs, () => this.#watchIdle());
  }
}
