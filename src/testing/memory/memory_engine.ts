import { EngineError } from "../../errors/engine_error.ts";
import type { CallerLine, Delivery, Engine, Lane, TaskAddress, WorkerLine } from "../../queue/engine.ts";
import { serve, type ServeOptions } from "../../queue/worker/serve.ts";
import type { ServedTask } from "../../queue/worker/served_task.ts";
import type { Clock } from "../../time/clock.ts";
import { SystemClock } from "../../time/system_clock.ts";
import { nextTurn } from "../../time/next_turn.ts";
import { type KeptFrame, MemoryQueue } from "./memory_queue.ts";

/** How {@link memoryEngine} behaves. */
export interface MemoryEngineOptions {
  /** The time that leases are measured in. By default that of the runtime. */
  readonly clock?: Clock | undefined;
  /**
   * The bytes of the largest frame.
   * @default 1_048_576
   */
  readonly maxFrameBytes?: number | undefined;
}

/** An engine that keeps its frames in the memory of the process. */
export interface MemoryEngine extends Engine {
  /**
   * Runs a worker of `map` in this process.
   *
   * @param map The map whose function is served.
   * @param options How it is served.
   * @returns The worker, which serves until it is closed.
   */
  serve(map: unknown, options?: Omit<ServeOptions, "engine">): Promise<ServedTask>;
  /** Forgets all frames, as a broker does that lost its store. */
  forget(): void;
}

/** How long a pull of the lane `"open"` waits for a frame, in milliseconds. */
const PULL_MS = 100;

const DEFAULT_MAX_BYTES = 1_048_576;

/**
 * An engine for tests: caller and workers stand in one process, and nothing has to be started. It leases, hands out again
 * and counts as a broker does.
 *
 * @param options How it behaves.
 * @returns The engine.
 *
 * @example
 * ```ts
 * import { opmap } from "@opero/core";
 * import { memoryEngine } from "@opero/core/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using engine = memoryEngine();
 * await using shout = opmap(async (word: string) => await Promise.resolve(word.toUpperCase()), {
 *   mode: "cluster",
 *   engine,
 *   task: "shout",
 * });
 * await engine.serve(shout);
 * assertEquals(await shout(["a", "b"]), ["A", "B"]);
 * ```
 */
export function memoryEngine(options: MemoryEngineOptions = {}): MemoryEngine {
  return new EngineInMemory(options);
}

/** What is there of one task. */
interface TaskState {
  readonly queue: MemoryQueue;
  readonly callers: Map<string, (frame: Uint8Array) => void>;
  readonly workers: Set<MemoryWorker>;
  /** Those of all workers. */
  slots: number;
}

class EngineInMemory implements MemoryEngine {
  readonly maxFrameBytes: number;
  readonly #clock: Clock;
  readonly #tasks = new Map<string, TaskState>();
  readonly #served = new Set<ServedTask>();
  #isClosed = false;

  constructor({ clock = new SystemClock(), maxFrameBytes = DEFAULT_MAX_BYTES }: MemoryEngineOptions) {
    this.#clock = clock;
    this.maxFrameBytes = maxFrameBytes;
  }

  // deno-lint-ignore require-await
  async openCaller(address: TaskAddress, run: string, onResults: (frame: Uint8Array) => void): Promise<CallerLine> {
    const state = this.#stateOf(address);
    state.callers.set(run, onResults);
    return new MemoryCaller(state, run);
  }

  // deno-lint-ignore require-await
  async openWorker(
    address: TaskAddress,
    worker: { readonly slots: number; readonly leaseMs: number },
  ): Promise<WorkerLine> {
    return new MemoryWorker(this.#stateOf(address), worker);
  }

  async serve(map: unknown, options: Omit<ServeOptions, "engine"> = {}): Promise<ServedTask> {
    const served = await serve(map, { ...options, engine: this });
    this.#served.add(served);
    return served;
  }

  forget(): void {
    for (const { queue } of this.#tasks.values()) queue.purge();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#served].map((served) => served.stop()));
    for (const { queue, callers } of this.#tasks.values()) {
      queue.close();
      callers.clear();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #stateOf({ task, version }: TaskAddress): TaskState {
    if (this.#isClosed) throw new EngineError("Cannot open a line as the engine in memory is closed");
    const key = `${task}@${version}`;
    const state = this.#tasks.get(key) ??
      { queue: new MemoryQueue(this.#clock), callers: new Map(), workers: new Set(), slots: 0 };
    this.#tasks.set(key, state);
    return state;
  }
}

class MemoryCaller implements CallerLine {
  readonly #state: TaskState;
  readonly #run: string;

  constructor(state: TaskState, run: string) {
    this.#state = state;
    this.#run = run;
  }

  get slots(): number {
    return this.#state.slots;
  }

  // deno-lint-ignore require-await
  async send(id: string, frame: Uint8Array): Promise<void> {
    this.#requireOpen("send a frame");
    this.#state.queue.put({ id, run: this.#run, lane: "open", bytes: frame });
  }

  cancel(frame: Uint8Array): void {
    for (const worker of this.#state.workers) nextTurn(() => worker.hearCancel(frame));
  }

  // deno-lint-ignore require-await
  async waiting(): Promise<number> {
    this.#requireOpen("count frames");
    return this.#state.queue.count(this.#run);
  }

  reopen(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#state.callers.delete(this.#run);
    this.#state.queue.purge(this.#run);
    return Promise.resolve();
  }

  #requireOpen(task: string): void {
    if (this.#state.queue.isClosed) throw new EngineError(`Cannot ${task} as the engine in memory is closed`);
  }
}

class MemoryWorker implements WorkerLine {
  readonly slots: number;
  readonly #state: TaskState;
  readonly #leaseMs: number;
  readonly #onCancel: ((frame: Uint8Array) => void)[] = [];
  readonly #onAlone: (() => void)[] = [];

  constructor(state: TaskState, { slots, leaseMs }: { readonly slots: number; readonly leaseMs: number }) {
    this.#state = state;
    this.slots = slots;
    this.#leaseMs = leaseMs;
    state.workers.add(this);
    state.slots += slots;
  }

  async pull(lane: Lane, count: number): Promise<readonly Delivery[]> {
    const { queue } = this.#state;
    let frames = queue.lease(lane, count, this.#leaseMs);
    if (frames.length === 0 && lane === "open") {
      await queue.change(PULL_MS);
      frames = queue.lease(lane, count, this.#leaseMs);
    }
    return frames.map((frame) => this.#deliveryOf(frame));
  }

  onCancel(listener: (frame: Uint8Array) => void): void {
    this.#onCancel.push(listener);
  }

  onAlone(listener: () => void): void {
    this.#onAlone.push(listener);
  }

  hearCancel(frame: Uint8Array): void {
    for (const listener of this.#onCancel) listener(frame);
  }

  hearAlone(): void {
    for (const listener of this.#onAlone) listener();
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (this.#state.workers.delete(this)) this.#state.slots -= this.slots;
    return Promise.resolve();
  }

  #deliveryOf(frame: KeptFrame): Delivery {
    const { queue, callers, workers } = this.#state;
    const { deliveries } = frame;
    return {
      frame: frame.bytes,
      deliveries,
      // A lease that another has by now is not this worker's.
      keep: () => frame.lease !== undefined && frame.deliveries === deliveries && queue.keep(frame, this.#leaseMs),
      settle: (run, _id, results) => {
        nextTurn(() => callers.get(run)?.(results.slice()));
        queue.take(frame);
        return Promise.resolve();
      },
      replace: (frames) => {
        for (const { id, frame: bytes, lane } of frames) queue.put({ id, run: frame.run, lane, bytes });
        queue.take(frame);
        if (frames.some(({ lane }) => lane === "alone")) {
          for (const worker of workers) nextTurn(() => worker.hearAlone());
        }
        return Promise.resolve();
      },
    };
  }
}
