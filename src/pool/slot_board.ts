import { objectList } from "../runtime/object_list.ts";
import type { Job } from "./job.ts";
import type { Loss } from "./loss_judgement.ts";
import {
  BOARD_RUNNING,
  BOARD_SLOTS,
  SLOT_BEGUN,
  SLOT_REPORTING,
  SLOT_SENT,
  SLOT_TAKEN_BACK,
} from "./wire/worker_protocol.ts";

/**
 * The jobs of a worker by their slots, with the board on which the worker writes how far they are. Where no memory is
 * shared with the worker, the board follows the messages of the worker.
 */
export class SlotBoard {
  /** Whether the worker writes on the board itself. */
  readonly isShared: boolean;
  /** The memory of the board. */
  readonly memory: ArrayBufferLike;
  /** How many jobs there are. */
  jobCount = 0;
  readonly #board: Int32Array;
  readonly #slotCount: number;
  /** The jobs of the slots that were ever used: most boards need few. */
  readonly #jobs: (Job | undefined)[] = objectList();
  /** The number of the message with which each slot was sent. */
  readonly #numbers: number[] = [];
  /** The slots among them that are free. */
  readonly #freeSlots: number[] = [];

  /** A board with `slotCount` free slots. */
  constructor(slotCount: number, isShared: boolean) {
    this.isShared = isShared;
    this.#slotCount = slotCount;
    const bytes = (BOARD_SLOTS + slotCount) * Int32Array.BYTES_PER_ELEMENT;
    this.memory = isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
    this.#board = new Int32Array(this.memory);
  }

  /** How many more jobs there is room for. */
  get freeCount(): number {
    return this.#slotCount - this.#jobs.length + this.#freeSlots.length;
  }

  /** The job in its synchronous part. */
  get running(): Job | undefined {
    return this.#jobs[Atomics.load(this.#board, BOARD_RUNNING) - 1];
  }

  /** How many jobs have begun and are not over. */
  get begunCount(): number {
    return this.#jobs.filter((job) => job !== undefined && this.hasBegun(job)).length;
  }

  /** The job in `slot`. */
  jobAt(slot: number): Job | undefined {
    return this.#jobs[slot];
  }

  /** Whether `job` is here. */
  has(job: Job): boolean {
    return this.#jobs[job.slot] === job;
  }

  /** Whether `job` has begun. */
  hasBegun(job: Job): boolean {
    const state = this.#stateOf(job);
    return state === SLOT_BEGUN || state === SLOT_REPORTING;
  }

  /** Whether the worker reports `job` together with others: any of them may be what keeps it from ending. */
  isReportedWithOthers(job: Job): boolean {
    const isReporting = (each: Job | undefined) => each !== undefined && this.#stateOf(each) === SLOT_REPORTING;
    return isReporting(job) && this.#jobs.some((other) => other !== job && isReporting(other));
  }

  /** Gives `job` a slot; it goes with the `number`th message. */
  occupy(job: Job, number: number): void {
    const slot = this.#freeSlots.pop() ?? this.#jobs.length;
    job.slot = slot;
    this.#jobs[slot] = job;
    this.#numbers[slot] = number;
    this.jobCount++;
    Atomics.store(this.#board, BOARD_SLOTS + slot, SLOT_SENT);
  }

  /** The worker is done with `slot`. Answers its job, unless no caller waits for that any more. */
  release(slot: number): Job | undefined {
    this.#freeSlots.push(slot);
    const job = this.#forget(slot);
    return job?.isSettled ? undefined : job;
  }

  /** Releases what went with the `number`th message, as the worker never saw it; returns the jobs. */
  releaseSentWith(number: number): Job[] {
    const released: Job[] = [];
    for (let slot = 0; slot < this.#numbers.length; slot++) {
      if (this.#numbers[slot] !== number) continue;
      this.#numbers[slot] = -1;
      const job = this.release(slot);
      if (job !== undefined) released.push(job);
    }
    return released;
  }

  /** Takes up to `count` jobs back that have not begun and can be sent again. */
  takeBack(count: number): Job[] {
    const taken: Job[] = [];
    for (let slot = 0; slot < this.#jobs.length && taken.length < count; slot++) {
      const job = this.#jobs[slot];
      if (job !== undefined && job.moved === undefined && this.takeOneBack(job)) taken.push(job);
    }
    return taken;
  }

  /** Takes `job` back; `false` if it has begun, or this cannot be known for sure. */
  takeOneBack(job: Job): boolean {
    if (!this.isShared) return false;
    const place = BOARD_SLOTS + job.slot;
    if (Atomics.compareExchange(this.#board, place, SLOT_SENT, SLOT_TAKEN_BACK) !== SLOT_SENT) return false;
    this.#forget(job.slot);
    return true;
  }

  /** Releases `job`, whatever the worker makes of it. */
  withdraw(job: Job): void {
    this.#forget(job.slot);
  }

  /** The worker reported that the job in `slot` begins. */
  begin(slot: number): void {
    Atomics.store(this.#board, BOARD_SLOTS + slot, SLOT_BEGUN);
    Atomics.store(this.#board, BOARD_RUNNING, slot + 1);
  }

  /** The worker sent something, so that no job can be in its synchronous part. */
  leave(): void {
    Atomics.store(this.#board, BOARD_RUNNING, 0);
  }

  /** Takes all jobs out, once the worker is lost. */
  salvage(): Omit<Loss<Job>, "hasServed"> {
    const running = this.running;
    const waiting: Job[] = [];
    const begun: Job[] = [];
    for (const job of this.#jobs) {
      if (job === undefined || job === running) continue;
      (this.takeOneBack(job) || !this.hasBegun(job) ? waiting : begun).push(job);
    }
    this.#jobs.fill(undefined);
    this.jobCount = 0;
    const isWaitedFor = (job: Job) => !job.isSettled;
    return {
      running: running?.isSettled ? undefined : running,
      isForgottenOne: running === undefined ? begun.some((job) => job.isSettled) : running.isSettled,
      begun: begun.filter(isWaitedFor),
      waiting: waiting.filter(isWaitedFor),
    };
  }

  #stateOf(job: Job): number {
    return Atomics.load(this.#board, BOARD_SLOTS + job.slot);
  }

  #forget(slot: number): Job | undefined {
    const job = this.#jobs[slot];
    if (job === undefined) return undefined;
    this.#jobs[slot] = undefined;
    job.worker = undefined;
    this.jobCount--;
    return job;
  }
}
