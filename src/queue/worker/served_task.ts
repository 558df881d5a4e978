import { type Duration, parseDuration } from "../../time/duration.ts";
import { finiteDuration, wrongOption } from "../../options/validate.ts";
import { followSignal, unfollowSignal } from "../../call/follow_signal.ts";
import type { Clock, Timer } from "../../time/clock.ts";
import type { TaskAddress, WorkerLine } from "../engine.ts";
import type { ClusterWorker } from "./cluster_worker.ts";

/** How a task is served. */
export interface ServedTaskInit {
  readonly address: TaskAddress;
  readonly slots: number;
  readonly name: string;
  /** After how many items it stops. */
  readonly maxItems: number;
  readonly graceMs: number;
  readonly idleExitMs: number;
  readonly clock: Clock;
}

/** What a worker does. */
export type WorkerState = "starts" | "serves" | "away" | "stops" | "stopped";

/**
 * A worker that serves one function, until it is to stop.
 *
 * @example
 * ```ts
 * import { opmap } from "@opero/core";
 * import { memoryEngine } from "@opero/core/testing";
 * import { serve } from "@opero/core/worker";
 * import { assertEquals } from "@std/assert";
 *
 * await using engine = memoryEngine();
 * const double = async (n: number) => await Promise.resolve(n * 2);
 * await using doubles = opmap(double, { mode: "cluster", engine, task: "double", version: "1", progress: false });
 * const worker = await serve(doubles);
 * assertEquals(await doubles([1, 2]), [2, 4]);
 * await worker.stop();
 * assertEquals(worker.state, "stopped");
 * ```
 */
export class ServedTask implements AsyncDisposable {
  /** What it serves. */
  readonly address: TaskAddress;
  /** How many items it runs at once. */
  readonly slots: number;
  /** What bars and reports call it. */
  readonly name: string;
  /** Resolves once it has stopped; rejects with what ended it otherwise. */
  readonly stopped: Promise<void>;
  readonly #worker: ClusterWorker;
  readonly #init: ServedTaskInit;
  readonly #follower = { abort: () => void this.stop() };
  #signal: AbortSignal | undefined = undefined;
  #line: WorkerLine | undefined = undefined;
  #idleTimer: Timer | undefined = undefined;
  #stopping: Promise<void> | undefined = undefined;
  #isOver = false;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;

  /**
   * A task that is not served yet.
   *
   * @param worker What runs its items.
   * @param init How it is served.
   */
  constructor(worker: ClusterWorker, init: ServedTaskInit) {
    this.#worker = worker;
    this.#init = init;
    [this.address, this.slots, this.name] = [init.address, init.slots, init.name];
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
   * What it does: it `"starts"` until the engine has taken its slots in, `"serves"`, finds the engine `"away"`, `"stops"`, and
   * has `"stopped"`.
   */
  get state(): WorkerState {
    if (this.#isOver) return "stopped";
    if (this.#stopping !== undefined) return "stops";
    if (this.#line === undefined) return "starts";
    return this.#worker.isEngineAway ? "away" : "serves";
  }

  /**
   * Announces itself, and begins; `signal` stops it.
   *
   * @param signal Stops it.
   * @returns Resolves once it serves.
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
    this.#worker.onDone = (done) => {
      if (done >= this.#init.maxItems) void this.stop();
    };
    this.#worker.work(this.#line).catch((error) => {
      this.#isOver = true;
      this.#reject(error);
    });
    this.#watchIdle();
  }

  /**
   * Begins nothing more, lets what runs end, and gives back the rest.
   *
   * @param grace How long items that run may take to end, in place of the option. Of several calls the first to be over counts.
   * @returns Resolves once it has stopped.
   * @throws {ConfigurationError} If `grace` is no length of time.
   */
  stop(grace?: Duration): Promise<void> {
    const graceMs = grace === undefined ? this.#init.graceMs : parseDuration(grace);
    if (graceMs === undefined || !finiteDuration.accepts(grace ?? 0)) {
      throw wrongOption("stop a worker", "grace", finiteDuration, grace);
    }
    if (this.#stopping !== undefined) this.#worker.hurry(graceMs);
    return this.#stopping ??= this.#stop(graceMs);
  }

  /**
   * The same as {@link ServedTask.stop}.
   *
   * @returns Resolves once it has stopped.
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(graceMs: number): Promise<void> {
    this.#idleTimer?.cancel();
    if (this.#signal !== undefined) unfollowSignal(this.#signal, this.#follower);
    await this.#worker.drain(graceMs);
    this.#worker.stop();
    await this.#line?.[Symbol.asyncDispose]();
    this.#isOver = true;
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
