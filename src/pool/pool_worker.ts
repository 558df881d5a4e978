import { startWorker, type WorkerPlace } from "./start_worker.ts";
import { stateOf } from "../layer.ts";
import type { WorkerHandle } from "../runtime/worker_handle.ts";
import { type Envelope, openEnvelope, sealError } from "./error_envelope.ts";
import type { Job, JobHolder } from "./job.ts";
import { isOutOfMemory, type LossReason } from "./loss_reason.ts";
import type { ErrorClass, PooledFunction } from "./pool.ts";
import type { Salvage } from "./salvage.ts";
import { serializationError } from "./serialization_error.ts";
import { buildRunMessage, packMessage } from "./run_message.ts";
import { findUncloneable } from "./uncloneable.ts";
import { unpackValues } from "./value_unpacking.ts";
import {
  BOARD_RUNNING,
  BOARD_SLOTS,
  type FromWorker,
  type ResultsMessage,
  SLOT_BEGUN,
  SLOT_SENT,
  SLOT_TAKEN_BACK,
} from "./worker_protocol.ts";

/** What a worker needs of its pool. */
export interface PoolWorkerOwner {
  /** `worker` found its function and runs items. */
  onReady(worker: PoolWorker): void;
  /** `worker` told of `count` items, `elapsedMs` after what it told before. */
  onResults(worker: PoolWorker, count: number, elapsedMs: number): void;
  /** `worker` is dead or dying; `error` is what it died of, as far as it is known. */
  onLost(worker: PoolWorker, reason: LossReason, error: unknown): void;
  /** The classes that errors of workers become again. */
  readonly known: ReadonlyMap<string, ErrorClass>;
}

/** What a worker is made with. */
export interface PoolWorkerInit {
  readonly fn: PooledFunction;
  readonly concurrency: number;
  /** How many items it can hold. */
  readonly slotCount: number;
  readonly place: WorkerPlace;
  readonly owner: PoolWorkerOwner;
}

/** A worker as its pool sees it: which jobs it has, and how far they are. */
export class PoolWorker implements JobHolder {
  /** Whether it runs items. */
  isReady = false;
  /** How many jobs it has. */
  jobCount = 0;
  /** Whether its one job runs next to no other. */
  isIsolated = false;
  readonly #owner: PoolWorkerOwner;
  readonly #handle: WorkerHandle;
  readonly #board: Int32Array;
  readonly #jobs: (Job | undefined)[];
  readonly #freeSlots: number[];
  #isLost = false;

  /** Starts a worker. */
  constructor({ fn, concurrency, slotCount, place, owner }: PoolWorkerInit) {
    this.#owner = owner;
    this.#jobs = new Array(slotCount).fill(undefined);
    this.#freeSlots = Array.from({ length: slotCount }, (_, place) => slotCount - 1 - place);
    this.#handle = startWorker(place, {
      onMessage: (message) => this.#onMessage(message as FromWorker),
      onUnread: (number) => this.#onUnread(number),
      onEnd: (cause) => this.#lose(isOutOfMemory(cause) ? "memory" : "gone", cause),
    });
    const { isShared, isPacking } = this.#handle;
    const Buffer = isShared ? SharedArrayBuffer : ArrayBuffer;
    const board = new Buffer((BOARD_SLOTS + slotCount) * Int32Array.BYTES_PER_ELEMENT);
    this.#board = new Int32Array(board);
    this.#handle.post({ kind: "init", board, concurrency, fn, isPacking });
  }

  /** How many more jobs it can hold. */
  get freeCount(): number {
    return this.#freeSlots.length;
  }

  /** Sends `jobs` in one message; those that cannot be cloned fail. */
  send(jobs: readonly Job[]): void {
    const message = buildRunMessage(jobs, (job) => this.#occupy(job));
    const moved = jobs.flatMap((job) => job.moved ?? []);
    try {
      const sentIn = this.#handle.post(packMessage(message, { isPacking: this.#handle.isPacking, moved }), moved);
      for (const job of jobs) job.sentIn = sentIn;
    } catch (error) {
      for (const job of jobs) this.#release(job.slot);
      if (jobs.length > 1) return jobs.forEach((job) => this.send([job]));
      jobs[0]!.fail(serializationError("send an item to a worker", findUncloneable(jobs[0]!.call.args, error), error));
    }
  }

  /** Takes up to `count` jobs back that have not begun. */
  takeBack(count: number): Job[] {
    const taken: Job[] = [];
    for (let slot = 0; slot < this.#jobs.length && taken.length < count; slot++) {
      const job = this.#jobs[slot];
      if (job !== undefined && job.moved === undefined && this.takeOneBack(job)) taken.push(job);
    }
    return taken;
  }

  /** Takes `job` back; `false` if it has begun. */
  takeOneBack(job: Job): boolean {
    if (!this.#handle.isShared) return false;
    const place = BOARD_SLOTS + job.slot;
    if (Atomics.compareExchange(this.#board, place, SLOT_SENT, SLOT_TAKEN_BACK) !== SLOT_SENT) return false;
    this.#forget(job.slot);
    return true;
  }

  /** Whether `job` has begun. */
  hasBegun(job: Job): boolean {
    return !this.#handle.isShared || Atomics.load(this.#board, BOARD_SLOTS + job.slot) === SLOT_BEGUN;
  }

  /** How many jobs have begun and are not over. */
  get begunCount(): number {
    return this.#jobs.filter((job) => job !== undefined && this.hasBegun(job)).length;
  }

  /** The job in its synchronous part, in which it hears nothing and keeps all others waiting. */
  get blocker(): Job | undefined {
    return this.#jobs[Atomics.load(this.#board, BOARD_RUNNING) - 1];
  }

  /** Whether it still has `job`. */
  has(job: Job): boolean {
    return this.#jobs[job.slot] === job;
  }

  /** Tells `job`, which runs, to stop. */
  abort(job: Job, reason: unknown): void {
    this.#handle.post({ kind: "abort", slot: job.slot, reason: sealError(reason) });
  }

  /** Lets it keep the process alive, or not. */
  setNeeded(isNeeded: boolean): void {
    this.#handle.setNeeded(isNeeded);
  }

  /** Ends it; nothing is heard of it any more. */
  end(): Promise<void> {
    this.#isLost = true;
    return this.#handle.end();
  }

  /** Takes all jobs away from it, once it is lost. */
  salvage(): Salvage {
    const runningSlot = Atomics.load(this.#board, BOARD_RUNNING) - 1;
    const running = this.#jobs[runningSlot];
    const waiting: Job[] = [];
    const begun: Job[] = [];
    for (const job of this.#jobs) {
      if (job === undefined || job === running) continue;
      (this.takeOneBack(job) || !this.hasBegun(job) ? waiting : begun).push(job);
    }
    this.#jobs.fill(undefined);
    const isWaitedFor = (job: Job) => !job.isSettled;
    return {
      running: running?.isSettled ? undefined : running,
      isForgottenOne: running === undefined ? begun.some((job) => job.isSettled) : running.isSettled,
      begun: begun.filter(isWaitedFor),
      waiting: waiting.filter(isWaitedFor),
    };
  }

  #occupy(job: Job): void {
    const slot = this.#freeSlots.pop()!;
    job.worker = this;
    job.slot = slot;
    this.#jobs[slot] = job;
    this.jobCount++;
    Atomics.store(this.#board, BOARD_SLOTS + slot, SLOT_SENT);
  }

  #forget(slot: number): Job | undefined {
    const job = this.#jobs[slot];
    if (job === undefined) return undefined;
    this.#jobs[slot] = undefined;
    job.worker = undefined;
    this.jobCount--;
    return job;
  }

  /** The worker is done with `slot`. Answers its job, unless nobody waits for that any more. */
  #release(slot: number): Job | undefined {
    this.#freeSlots.push(slot);
    const job = this.#forget(slot);
    return job?.isSettled ? undefined : job;
  }

  /** A message got lost on its way: what was alone in it is to blame, all others are sent one by one. */
  #onUnread(number: number): void {
    const jobs = this.#jobs.filter((job) => job?.sentIn === number) as Job[];
    const waiting = jobs.filter((job) => this.#release(job.slot) !== undefined);
    if (jobs.length > 1) return waiting.forEach((job) => this.send([job]));
    waiting[0]?.fail(serializationError("send an item to a worker", "what cannot be read there"));
  }

  #onMessage(message: FromWorker): void {
    if (this.#isLost) return;
    if (message.kind === "results") return this.#onResults(message);
    if (message.kind === "fatal") {
      return this.#lose(message.reason, this.#openError(message.error));
    }
    this.isReady = true;
    this.#owner.onReady(this);
  }

  #onResults(message: ResultsMessage): void {
    const { slots, values, failed, unsent, skipped } = message;
    unpackValues(message.packing, this.#owner.known);
    for (const [slot, id] of message.ids ?? []) this.#takeId(slot, id);
    for (let place = 0; place < slots.length; place++) this.#release(slots[place]!)?.succeed(values[place]);
    failed.forEach((slot, place) => {
      const job = this.#release(slot);
      job?.fail(this.#openError(message.errors[place]));
    });
    unsent.forEach((slot, place) => {
      this.#release(slot)?.fail(serializationError("return a result from a worker", message.unsentKinds[place]!));
    });
    for (const slot of skipped) this.#release(slot);
    if (this.jobCount === 0) this.isIsolated = false;
    this.#owner.onResults(this, slots.length + failed.length, message.elapsedMs);
  }

  #openError(envelope: unknown): unknown {
    return openEnvelope(envelope as Envelope, this.#owner.known);
  }

  #takeId(slot: number, correlationId: string): void {
    const call = this.#jobs[slot]?.call;
    if (call !== undefined) stateOf(call).correlationId ??= correlationId;
  }

  #lose(reason: LossReason, error: unknown): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#owner.onLost(this, reason, error);
  }
}
