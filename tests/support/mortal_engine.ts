import {
  type CallerLine,
  ConfigurationError,
  type Delivery,
  type Engine,
  type TaskAddress,
  type WorkerLine,
} from "@opero/core";
import type { FakeClock } from "@opero/core/testing";

/** How often what goes wrong, each from 0 to 1. */
export interface Faults {
  /** What is asked of the engine is refused, as while it is away. */
  readonly away?: number;
  /** Results are stored nowhere. */
  readonly lost?: number;
  /** Results come twice. */
  readonly twice?: number;
  /** News of the lane alone, and of what is cancelled, are not heard. */
  readonly deaf?: number;
  /** Results come late, by up to this, in milliseconds. */
  readonly lateMs?: number;
}

interface MortalWorker {
  isDead: boolean;
  readonly held: Set<string>;
}

/** An engine whose workers can die in the midst of an item, and which does what brokers do on bad days. */
export class MortalEngine implements Engine {
  readonly maxFrameBytes: number;
  /** How many workers have died. */
  deaths = 0;
  /** Started in the place of each that dies. */
  onDeath: () => void = () => {};
  /** What goes wrong now. */
  faults: Faults;
  readonly #inner: Engine;
  readonly #random: () => number;
  readonly #clock: FakeClock;
  readonly #workers = new Set<MortalWorker>();

  constructor(inner: Engine, clock: FakeClock, random: () => number, faults: Faults = {}) {
    this.#inner = inner;
    this.maxFrameBytes = inner.maxFrameBytes;
    this.#clock = clock;
    this.#random = random;
    this.faults = faults;
  }

  /** Kills the worker that has an item with this text: the first that has one. */
  killHolderOf(text: string): void {
    for (const worker of this.#workers) {
      if (worker.isDead || ![...worker.held].some((frame) => frame.includes(text))) continue;
      worker.isDead = true;
      this.deaths++;
      return this.onDeath();
    }
  }

  async openCaller(address: TaskAddress, run: string, onResults: (frame: Uint8Array) => void): Promise<CallerLine> {
    const line = await this.#inner.openCaller(address, run, (frame) => this.#bringResults(() => onResults(frame)));
    return {
      send: (id, frame) => this.#unlessAway(() => line.send(id, frame)),
      cancel: (frame) => this.#isNow("deaf") || line.cancel(frame),
      get slots() {
        return line.slots;
      },
      waiting: () => this.#unlessAway(() => line.waiting()),
      reopen: () => this.#unlessAway(() => line.reopen()),
      [Symbol.asyncDispose]: () => line[Symbol.asyncDispose](),
    };
  }

  async openWorker(address: TaskAddress, init: { slots: number; leaseMs: number }): Promise<WorkerLine> {
    const line = await this.#inner.openWorker(address, init);
    const worker: MortalWorker = { isDead: false, held: new Set() };
    this.#workers.add(worker);
    const alive = <T>(work: () => Promise<T>): Promise<T> => {
      return worker.isDead ? Promise.reject(new ConfigurationError("dead")) : this.#unlessAway(work);
    };
    return {
      pull: (lane, count) =>
        alive(async () => {
          const deliveries = await line.pull(lane, count);
          return deliveries.map((delivery) => this.#watched(delivery, worker, alive));
        }),
      onCancel: (listener) => line.onCancel((frame) => this.#isNow("deaf") || listener(frame)),
      onAlone: (listener) => line.onAlone(() => this.#isNow("deaf") || listener()),
      [Symbol.asyncDispose]: () => line[Symbol.asyncDispose](),
    };
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #watched(delivery: Delivery, worker: MortalWorker, alive: <T>(work: () => Promise<T>) => Promise<T>): Delivery {
    const text = new TextDecoder().decode(delivery.frame);
    worker.held.add(text);
    return {
      frame: delivery.frame,
      deliveries: delivery.deliveries,
      keep: () => worker.isDead || delivery.keep(),
      settle: (run, id, results) =>
        alive(async () => {
          worker.held.delete(text);
          if (this.#isNow("lost")) return await delivery.settle("nobody", id, results);
          await delivery.settle(run, id, results);
        }),
      replace: (frames) =>
        alive(async () => {
          worker.held.delete(text);
          await delivery.replace(frames);
        }),
    };
  }

  #bringResults(bring: () => void): void {
    const { lateMs } = this.faults;
    const times = this.#isNow("twice") ? 2 : 1;
    for (let time = 0; time < times; time++) {
      if (lateMs === undefined) bring();
      else this.#clock.setTimer(lateMs * this.#random(), bring);
    }
  }

  async #unlessAway<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isNow("away")) throw new Error("the broker is away");
    return await work();
  }

  #isNow(fault: "away" | "lost" | "twice" | "deaf"): boolean {
    const chance = this.faults[fault];
    return chance !== undefined && this.#random() < chance;
  }
}
