import type { FallbackParameters } from "../../function_source/fallback_parameter.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import type { Clock } from "../../time/clock.ts";
import type { Delivery, Engine, Lane, TaskAddress, WorkerLine } from "../engine.ts";
import { EngineLink } from "../engine_link.ts";
import { cancelOf } from "../wire/cancel_frame.ts";
import { readFrame } from "../wire/frame_text.ts";
import { itemsOf } from "../wire/items_frame.ts";
import type { KnownErrors } from "../wire/wire_value.ts";
import { crashFailure } from "./crash_failure.ts";
import { GracePeriod } from "./grace_period.ts";
import { HeldFrame } from "./held_frame.ts";
import { judgeDelivery } from "./judge_delivery.ts";
import { LeaseKeeper } from "./lease_keeper.ts";
import type { TaskRunner } from "./task_runner.ts";
import { Workbench } from "./workbench.ts";

/** How rarely a worker that has nothing to do looks into the lane `"alone"` without news of it, in milliseconds. */
const ALONE_LOOK_MS = 5_000;

/** How long a worker that is to stop tries to reach an engine that is away, in milliseconds. */
const LAST_SENDS_MS = 10_000;

/** What it is made with. */
export interface ClusterWorkerInit {
  readonly engine: Engine;
  readonly address: TaskAddress;
  readonly functionName: string;
  readonly slots: number;
  /** What results say of where they come from. */
  readonly name: string;
  readonly leaseMs: number;
  readonly runner: TaskRunner;
  readonly parameters: FallbackParameters | undefined;
  readonly known: KnownErrors;
  readonly clock: Clock;
  readonly random: () => number;
  readonly telemetry: Telemetry;
}

/** Takes frames of one task from an engine, as many as it has free slots for, and runs what is in them. */
export class ClusterWorker {
  readonly #init: ClusterWorkerInit;
  readonly #link: EngineLink;
  readonly #bench: Workbench;
  readonly #leases: LeaseKeeper;
  readonly #grace: GracePeriod;
  /** Distinguishes the frames of this worker from those of others. */
  readonly #id: string = crypto.randomUUID();
  readonly #held = new Set<HeldFrame>();
  #lastId = 0;
  /** How many items a frame had lately. */
  #frameItems = 1;
  #isStopping = false;
  #isAloneDue = true;
  #aloneLookMs = -Infinity;
  /** When it last had something to do. */
  usedAtMs: number;
  /** Is called with the number of items that are done, after each of them. */
  onDone: (done: number) => void = () => {};
  #wakers: (() => void)[] = [];
  #working: Promise<void> | undefined = undefined;

  /** A worker that has not begun. */
  constructor(init: ClusterWorkerInit) {
    const { clock, random, telemetry, functionName, engine, leaseMs, runner, parameters, known } = init;
    this.#init = init;
    this.#link = new EngineLink({ clock, random, telemetry, functionName, side: "worker" });
    this.#leases = new LeaseKeeper(clock, leaseMs);
    this.#grace = new GracePeriod(clock, () => this.#wake());
    const { maxFrameBytes } = engine;
    const onDone = (held: HeldFrame) => void this.#finish(held);
    const onFree = () => {
      this.onDone(this.#bench.doneCount);
      this.#wake();
    };
    this.#bench = new Workbench({ runner, parameters, known, maxFrameBytes, clock, onDone, onFree });
    this.usedAtMs = clock.now();
  }

  /** How many attempts run, and how many are over. */
  get counts(): { readonly running: number; readonly done: number } {
    return { running: this.#bench.runningCount, done: this.#bench.doneCount };
  }

  /** Whether the engine does not answer. */
  get isEngineAway(): boolean {
    return this.#link.isAway;
  }

  /** Whether it has nothing in hand. */
  get isIdle(): boolean {
    return this.#held.size === 0;
  }

  /**
   * Opens its line; resolves once its slots are announced.
   *
   * @throws {OperoError} If the engine will not do.
   */
  async open(): Promise<WorkerLine> {
    const { engine, address, slots, leaseMs } = this.#init;
    const line = await this.#link.keepTrying(() => engine.openWorker(address, { slots, leaseMs }));
    line.onCancel((bytes) => {
      const frame = cancelOf(readFrame(bytes));
      if (frame !== undefined) this.#bench.cancel(frame);
    });
    line.onAlone(() => {
      this.#isAloneDue = true;
      this.#wake();
    });
    return line;
  }

  /** Takes frames from `line` until it is to stop. */
  work(line: WorkerLine): Promise<void> {
    return this.#working = this.#work(line);
  }

  async #work(line: WorkerLine): Promise<void> {
    while (!this.#isStopping) {
      if (this.isIdle && this.#init.clock.now() - this.#aloneLookMs >= ALONE_LOOK_MS) this.#isAloneDue = true;
      if (this.#isAloneDue) await this.#runAlone(line);
      else if (this.#bench.free <= 0) await this.#change();
      else await this.#pull(line, "open", Math.max(1, Math.floor(this.#bench.free / this.#frameItems)));
    }
  }

  /** Begins nothing more. What runs has `graceMs` to end; what is left then continues elsewhere, and no loss is counted. */
  async drain(graceMs: number): Promise<void> {
    const { clock, runner } = this.#init;
    this.#isStopping = true;
    this.#bench.returnWaiting();
    this.#wake();
    this.hurry(graceMs);
    while (this.#bench.runningCount > 0 && !this.#grace.isOver) await this.#change();
    this.#bench.returnAll(new DOMException("The worker was closed", "AbortError"));
    // What is handed out at the last moment goes back, too.
    await this.#working?.catch(() => {});
    const giveUp = clock.setTimer(LAST_SENDS_MS, () => this.#link.stop());
    while (!this.isIdle) await this.#change();
    giveUp.cancel();
    await runner.close();
  }

  /** What runs has `graceMs` to end from now on, if it had not less. */
  hurry(graceMs: number): void {
    this.#grace.endIn(graceMs);
  }

  /** Nothing is tried again from here on. */
  stop(): void {
    this.#isStopping = true;
    this.#grace.cancel();
    this.#link.stop();
    this.#wake();
  }

  /** What brought others down runs one by one, and next to nothing else. */
  async #runAlone(line: WorkerLine): Promise<void> {
    while (!this.isIdle) await this.#change();
    this.#isAloneDue = false;
    this.#aloneLookMs = this.#init.clock.now();
    while (!this.#isStopping && await this.#pull(line, "alone", 1) > 0) {
      while (!this.isIdle) await this.#change();
    }
  }

  async #pull(line: WorkerLine, lane: Lane, count: number): Promise<number> {
    const deliveries = await this.#link.keepTrying(() => line.pull(lane, count)).catch((error) => {
      if (this.#isStopping) return [];
      throw error;
    });
    for (const delivery of deliveries) this.#take(delivery, lane);
    return deliveries.length;
  }

  #take(delivery: Delivery, lane: Lane): void {
    const frame = itemsOf(readFrame(delivery.frame));
    if (frame === undefined) return this.#refuse(delivery);
    const held = new HeldFrame(delivery, frame, lane);
    this.usedAtMs = this.#init.clock.now();
    this.#held.add(held);
    this.#leases.add(delivery);
    const { items, losses, maxCrashes } = frame;
    this.#frameItems = Math.max(1, items.length);
    const { deliveries } = delivery;
    const verdict = judgeDelivery({ lane, deliveries, losses, maxCrashes, count: items.length });
    if (this.#isStopping) void this.#replace(held, losses, lane);
    else if (verdict.kind === "run") this.#bench.take(held);
    else if (verdict.kind === "split") void this.#replace(held, verdict.losses, verdict.lane);
    else {
      for (const item of held.items) {
        held.end(item, crashFailure(item.item.ref, this.#init.functionName, verdict.crashes));
      }
      void this.#finish(held);
    }
  }

  /** It is taken out, or it would be handed out without an end. */
  #refuse(delivery: Delivery): void {
    const { functionName, telemetry } = this.#init;
    const message =
      `items of ${JSON.stringify(functionName)} came in a form that is not known here: are all callers of ` +
      "one version?";
    telemetry.warnOnce("foreign items", functionName, message);
    void this.#link.keepTrying(() => delivery.replace([])).catch(() => {});
  }

  async #replace(held: HeldFrame, losses: number, lane: Lane): Promise<void> {
    const frames = held.replacements(() => this.#nextId(), losses, lane);
    await this.#letGo(held, () => held.delivery.replace(frames));
  }

  /** Sends what there is of results, and gives back the rest. */
  async #finish(held: HeldFrame): Promise<void> {
    const { delivery, frame } = held;
    const returned = held.replacements(() => this.#nextId());
    const results = held.resultFrames(this.#init.engine.maxFrameBytes, this.#init.name)
      .map((bytes) => ({ id: this.#nextId(), bytes }));
    await this.#letGo(held, async () => {
      if (returned.length > 0 || results.length === 0) await delivery.replace(returned);
      for (const { id, bytes } of results) await delivery.settle(frame.run, id, bytes);
    });
  }

  /** Its lease is kept until the engine has taken it out. */
  async #letGo(held: HeldFrame, work: () => Promise<void>): Promise<void> {
    await this.#link.keepTrying(work).catch(() => {});
    this.usedAtMs = this.#init.clock.now();
    this.#held.delete(held);
    this.#leases.delete(held.delivery);
    this.#wake();
  }

  #nextId(): string {
    return `${this.#id}-${++this.#lastId}`;
  }

  /** Resolves when something has ended, or there is news. */
  #change(): Promise<void> {
    return new Promise((resolve) => this.#wakers.push(resolve));
  }

  #wake(): void {
    for (const wake of this.#wakers.splice(0)) wake();
  }
}
