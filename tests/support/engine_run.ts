import type { CallerLine, Delivery, Engine, WorkerLine } from "@opero/core";
import { assert } from "@std/assert";
import { until } from "./until.ts";

const ADDRESS = { task: "thumbs", version: "2" };
const LEASE_MS = 60_000;

/** A run of frames whose results are their own text, with both sides trying again whatever fails. */
export class EngineRun implements AsyncDisposable {
  /** The names that have come back. */
  readonly results: Set<string>;
  readonly #name: string;
  readonly #caller: CallerLine;
  readonly #worker: WorkerLine;
  readonly #isExpected: (error: unknown) => boolean;
  readonly #sent = new Set<string>();
  #epoch = 0;
  #isOver = false;
  #working: Promise<void>;

  private constructor(
    name: string,
    caller: CallerLine,
    worker: WorkerLine,
    results: Set<string>,
    isExpected: (error: unknown) => boolean,
  ) {
    [this.#name, this.#caller, this.#worker, this.results] = [name, caller, worker, results];
    this.#isExpected = isExpected;
    this.#working = this.#work();
  }

  /** Opens both sides; `isExpected` says which failures are to be tried again. */
  static async open(engine: Engine, isExpected: (error: unknown) => boolean): Promise<EngineRun> {
    const results = new Set<string>();
    const onResults = (frame: Uint8Array) => void results.add(new TextDecoder().decode(frame));
    const name = crypto.randomUUID();
    const caller = await engine.openCaller(ADDRESS, name, onResults);
    return new EngineRun(
      name,
      caller,
      await engine.openWorker(ADDRESS, { slots: 4, leaseMs: LEASE_MS }),
      results,
      isExpected,
    );
  }

  /** Sends a frame for each name. */
  async send(names: readonly string[]): Promise<void> {
    for (const name of names) this.#sent.add(name);
    const frame = (name: string) => new TextEncoder().encode(name);
    await Promise.all(names.map((name) => this.#try(() => this.#caller.send(`${this.#epoch}-${name}`, frame(name)))));
  }

  /** Sends again what has no results, when the engine has nothing any more, until all have results. */
  async finish(): Promise<void> {
    await until(async () => {
      const open = [...this.#sent].filter((name) => !this.results.has(name));
      if (open.length === 0) return true;
      await new Promise((resolve) => setTimeout(resolve, 200));
      if (await this.#try(() => this.#caller.waiting()) > 0) return false;
      this.#epoch++;
      await this.#try(() => this.#caller.reopen());
      await this.send(open.filter((name) => !this.results.has(name)));
      return false;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#working.catch(() => {});
    await this.#worker[Symbol.asyncDispose]();
    await this.#caller[Symbol.asyncDispose]();
  }

  async #work(): Promise<void> {
    while (!this.#isOver) {
      for (const delivery of await this.#try(() => this.#worker.pull("open", 4))) await this.#settle(delivery);
    }
  }

  async #settle(delivery: Delivery): Promise<void> {
    const name = new TextDecoder().decode(delivery.frame);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await this.#try(() => delivery.settle(this.#name, `${this.#epoch}-${name}`, delivery.frame));
  }

  async #try<R>(work: () => Promise<R>): Promise<R> {
    while (true) {
      try {
        return await work();
      } catch (error) {
        assert(this.#isExpected(error), String(error));
        if (this.#isOver) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }
}

/** What runs in the tests: enough to be hurt in the middle. */
export const NAMES: readonly string[] = Array.from({ length: 300 }, (_, index) => `item ${index}`);
