import { monotonicNow } from "../time/read_time.ts";
import { workerHook } from "../runtime/worker_hook.ts";
import type { WorkerHandle } from "../runtime/worker_handle.ts";
import { type Envelope, openEnvelope, sealError } from "./wire/error_envelope.ts";
import type { ItemRange } from "./item_range.ts";
import type { Job, JobHolder } from "./job.ts";
import type { Loss } from "./loss_judgement.ts";
import { isOutOfMemory, type LossReason } from "./loss_reason.ts";
import type { WorkerPlace } from "./pool.ts";
import type { ServedFunction } from "./served_function.ts";
import { settleResults } from "./settle_results.ts";
import { SlotBoard } from "./slot_board.ts";
import { startWorker } from "./start_worker.ts";
import { WorkerOutbox } from "./worker_outbox.ts";
import type { FromWorker, ResultsMessage } from "./wire/worker_protocol.ts";

/** What a worker needs of its pool. */
export interface PoolWorkerOwner<Served extends ServedFunction> {
  /** `worker` listens, or has found its function: it can do more than before. */
  onProgress(worker: PoolWorker<Served>): void;
  /** `worker` sent the results of `count` items, `elapsedMs` after its last message. */
  onResults(worker: PoolWorker<Served>, count: number, elapsedMs: number): void;
  /** `worker` is dead or dying; `error` is what it died of, as far as it is known. */
  onLost(worker: PoolWorker<Served>, reason: LossReason, error: unknown): void;
}

/** What a worker is made with. */
export interface PoolWorkerInit<Served extends ServedFunction> {
  /** How many items it can hold. */
  readonly slotCount: number;
  readonly place: WorkerPlace;
  readonly owner: PoolWorkerOwner<Served>;
}

/** A worker as its pool sees it: which function it serves, which jobs it has, and how far they are. */
export class PoolWorker<Served extends ServedFunction = ServedFunction> implements JobHolder {
  /** Whether it listens. */
  isUp = false;
  /** Whether it runs items of the function that it serves. */
  isReady = false;
  /** Whether its one job runs next to no other. */
  isIsolated = false;
  /** Whether it gets no more jobs of the function it serves, so that another has its turn. */
  isYielding = false;
  /** Whether an item has ended in it, which may have left something behind. */
  hasServed = false;
  /** How long it has given no sign of life although it was asked for one, in milliseconds. */
  silentMs = 0;
  /** How long it has had jobs and begun none of them, in milliseconds. */
  idleMs = 0;
  /** When it began to serve its function, as the pool's clock has it. */
  servesSinceMs = 0;
  /** When it last had something to do, as the pool's clock has it. */
  usedAtMs: number = monotonicNow();
  /** The function it serves; {@link PoolWorker.serve} turns it to another. */
  served: Served | undefined = undefined;
  /** How many items it can hold. */
  readonly slotCount: number;
  readonly #owner: PoolWorkerOwner<Served>;
  /** The thread itself. */
  readonly handle: WorkerHandle;
  readonly #board: SlotBoard;
  readonly #outbox: WorkerOutbox;
  readonly #loaded = new Set<number>();
  #isAsked = false;
  #isLost = false;

  /** Starts a worker. */
  constructor({ slotCount, place, owner }: PoolWorkerInit<Served>) {
    this.#owner = owner;
    this.slotCount = slotCount;
    this.handle = startWorker(place, {
      onMessage: (message) => this.#onMessage(message as FromWorker),
      onUnread: (number) => this.#onUnread(number),
      onEnd: (cause) => this.#lose(isOutOfMemory(cause) ? "memory" : "gone", cause),
    });
    const { isShared, isPacking } = this.handle;
    this.#board = new SlotBoard(slotCount, isShared);
    this.#outbox = new WorkerOutbox(this.handle, this.#board, this);
    const ancestors = workerHook()?.ancestors();
    this.#outbox.post({ kind: "init", board: this.#board.memory, isPacking, ...(ancestors && { ancestors }) });
  }

  /** How many jobs it has. */
  get jobCount(): number {
    return this.#board.jobCount;
  }

  /** How many more jobs it can hold. */
  get freeCount(): number {
    return this.#board.freeCount;
  }

  /** Whether it can be idle without keeping the process alive. */
  get canIdle(): boolean {
    return this.handle.canIdle;
  }

  /** Turns to the items of `served`; it must have no others. */
  serve(served: Served, nowMs: number): void {
    this.served = served;
    this.isYielding = false;
    this.servesSinceMs = nowMs;
    const { id, fn, concurrency } = served;
    // What a source makes is ready before the items that follow.
    this.isReady = this.isUp && (this.#loaded.has(id) || fn.module === undefined);
    if (this.#loaded.has(id)) return;
    this.#loaded.add(id);
    this.#outbox.post({ kind: "load", id, fn, concurrency });
  }

  /** Sends `jobs` in one message; those that cannot be cloned fail. */
  send(jobs: readonly Job[]): void {
    this.#outbox.send(this.served!.id, jobs);
  }

  /** Sends the items of `range` in one message; those that cannot be cloned fail. */
  sendRange(range: ItemRange): void {
    this.#outbox.sendRange(this.served!.id, range);
  }

  /** Gives each item of a range that it has a job of its own. */
  breakUp(): void {
    this.#board.breakUp();
  }

  /** Takes up to `count` jobs back that have not begun. */
  takeBack(count: number): Job[] {
    return this.#board.takeBack(count);
  }

  /** Takes `job` back permanently; `false` if it has begun. */
  takeOneBack(job: Job): boolean {
    if (this.#board.takeOneBack(job)) return true;
    if (this.#board.isShared || this.#board.hasBegun(job)) return false;
    // It may begin before the message arrives, which would go unnoticed.
    this.#board.withdraw(job);
    this.#outbox.post({ kind: "skip", slot: job.slot });
    return true;
  }

  /** Whether `job` has begun. */
  hasBegun(job: Job): boolean {
    return this.#board.hasBegun(job);
  }

  /** How many jobs have begun and are not over. */
  get begunCount(): number {
    return this.#board.begunCount;
  }

  /** Whether it reports `job` together with others: any of them may be what keeps it from ending. */
  isReportedWithOthers(job: Job): boolean {
    return this.#board.isReportedWithOthers(job);
  }

  /** The job in its synchronous part, in which it receives no message and delays all others. */
  get blocker(): Job | undefined {
    return this.#board.running;
  }

  /** Whether it still has `job`. */
  has(job: Job): boolean {
    return this.#board.has(job);
  }

  /** Whether nothing but `job` can be what it is busy with. */
  isAloneWith(job: Job): boolean {
    return !this.hasServed && this.has(job) && this.begunCount === 1;
  }

  /** Asks for a sign of life, `elapsedMs` after it was asked last. */
  probe(elapsedMs: number): void {
    if (this.#isAsked) this.silentMs += elapsedMs;
    else this.#outbox.post({ kind: "ping" });
    this.#isAsked = true;
  }

  /** Asks `job`, which runs, to stop. */
  abort(job: Job, reason: unknown): void {
    this.#outbox.post({ kind: "abort", slot: job.slot, reason: sealError(reason) });
  }

  /** Lets it keep the process alive, or not. */
  setNeeded(isNeeded: boolean): void {
    this.handle.setNeeded(isNeeded);
  }

  /** Ends it; no message of it counts any more. */
  end(): Promise<void> {
    this.#isLost = true;
    return this.handle.end();
  }

  /** Takes all jobs away from it, once it is lost. */
  salvage(): Loss<Job> {
    return { ...this.#board.salvage(), hasServed: this.hasServed };
  }

  #onMessage(message: FromWorker): void {
    if (this.#isLost) return;
    this.#isAsked = false;
    this.silentMs = 0;
    this.idleMs = 0;
    if (message.kind === "results") return this.#onResults(message);
    if (message.kind === "begun") return this.#board.begin(message.slot);
    if (!this.#board.isShared) this.#board.leave();
    const { id, fn, known } = this.served ?? {};
    if (message.kind === "fatal") {
      return this.#lose(message.reason, openEnvelope(message.error as Envelope, known ?? new Map()));
    }
    if (message.kind === "pong") return;
    if (message.kind === "up") this.isUp = true;
    if (message.kind === "ready" ? message.id === id : fn?.module === undefined) this.isReady = true;
    this.#owner.onProgress(this);
  }

  #onResults(message: ResultsMessage): void {
    if (!this.#board.isShared) this.#board.leave();
    settleResults(message, this.#board, this.served!.known);
    const count = message.values.length + message.failed.length;
    if (count + message.unsent.length > 0) this.hasServed = true;
    if (this.jobCount === 0) this.isIsolated = false;
    this.#owner.onResults(this, count, message.elapsedMs);
  }

  #onUnread(number: number): void {
    if (this.#isLost) return;
    this.#outbox.sendAgain(this.served!.id, number);
    if (this.jobCount === 0) this.isIsolated = false;
    this.#owner.onResults(this, 0, 0);
  }

  #lose(reason: LossReason, error: unknown): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#owner.onLost(this, reason, error);
  }
}
