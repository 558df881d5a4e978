import { createOpero, type Mapped, type OnError, type OperoInstance, type OpmapOptions } from "@opero/core";
import { FakeClock, type MemoryEngine, memoryEngine } from "@opero/core/testing";
import { serve, type ServedTask, type ServeOptions } from "@opero/core/worker";
import { type Faults, MortalEngine } from "./mortal_engine.ts";
import { SharedPauses } from "./shared_pauses.ts";
import { seededRandom } from "../../src/testing/seeded_random.ts";

/** What a lab is made with. */
export interface ClusterLabOptions {
  readonly seed?: number;
  readonly faults?: Faults;
  readonly slots?: number;
  readonly map?: OpmapOptions<number, unknown, OnError>;
}

/** Callers and workers of one function on a clock that stands still until told to go on. */
export class ClusterLab {
  readonly clock: FakeClock = new FakeClock();
  readonly random: () => number;
  readonly pauses: SharedPauses = new SharedPauses(this.clock);
  readonly store: MemoryEngine = memoryEngine({ clock: this.clock });
  readonly engine: MortalEngine;
  readonly instance: OperoInstance;
  readonly map: Mapped<void, number, unknown, OnError>;
  readonly workers: ServedTask[] = [];
  readonly #slots: number;

  constructor(fn: (item: number, lab: ClusterLab) => Promise<unknown>, options: ClusterLabOptions = {}) {
    const { seed = 1, faults = {}, slots = 4, map } = options;
    this.random = seededRandom(seed);
    this.engine = new MortalEngine(this.store, this.clock, this.random, faults);
    this.instance = createOpero({ clock: this.clock, random: this.random });
    this.map = this.instance.opmap(async (item: number): Promise<unknown> => await fn(item, this), {
      mode: "cluster",
      engine: this.engine,
      task: "work",
      lease: "3s",
      progress: false,
      retries: 0,
      ...map,
    });
    this.#slots = slots;
  }

  /** Starts a worker. */
  async start(options: ServeOptions = {}): Promise<ServedTask> {
    const served = await serve(this.map, { slots: this.#slots, grace: 0, ...options });
    this.workers.push(served);
    return served;
  }

  /** Lets time go on until `work` is done. */
  async drive<T>(work: Promise<T>, step = 20): Promise<T> {
    let isDone = false;
    const done = work.finally(() => isDone = true);
    done.catch(() => {});
    for (let steps = 0; !isDone; steps++) {
      if (steps > 10_000_000) throw new Error("it does not come to an end");
      await this.clock.tick(`${step}ms`);
    }
    return await done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.engine.faults = {};
    this.engine.onDeath = () => {};
    const closing = [...this.workers.map((worker) => worker.stop()), this.map.close()];
    await this.drive(Promise.all(closing));
    await this.store.close();
    await this.instance.close();
  }
}
