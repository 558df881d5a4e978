import { objectList } from "../runtime/object_list.ts";
import type { ItemRange } from "./item_range.ts";
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
import { RangePage } from "./range_page.ts";

/** So many ranges of items can be at a worker. */
const PAGES = 4;

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
  /** The slots behind all others, for ranges. */
  readonly #pages: readonly RangePage[];
  /** How far apart the pages begin: results name slots in a row together, and those of two pages are never in a row. */
  readonly #pageStep: number;

  /** A board with `slotCount` free slots for jobs, and with as many for ranges at most. */
  constructor(slotCount: number, isShared: boolean) {
    this.isShared = isShared;
    this.#slotCount = slotCount;
    const pageSize = Math.floor(slotCount / PAGES);
    this.#pageStep = pageSize + 1;
    this.#pages = Array.from({ length: PAGES }, (_, page) => {
      return new RangePage(slotCount + 1 + page * this.#pageStep, pageSize);
    });
    const bytes = (BOARD_SLOTS + slotCount + 1 + PAGES * this.#pageStep) * Int32Array.BYTES_PER_ELEMENT;
    this.memory = isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
    this.#board = new Int32Array(this.memory);
  }

  /** How many more jobs there is room for. */
  get freeCount(): number {
    return this.#slotCount - this.#jobs.length + this.#freeSlots.length;
  }

  /** The job in its synchronous part. */
  get running(): Job | undefined {
    return this.jobAt(Atomics.load(this.#board, BOARD_RUNNING) - 1);
  }

  /** How many jobs have begun and are not over. */
  get begunCount(): number {
    let count = this.#jobs.filter((job) => job !== undefined && this.hasBegun(job)).length;
    for (const { firstSlot, usedCount } of this.#pages) {
      for (let slot = firstSlot; slot < firstSlot + usedCount; slot++) if (this.#isUnderWay(slot)) count++;
    }
    return count;
  }

  /** The job in `slot`. */
  jobAt(slot: number): Job | undefined {
    const page = this.#pageOf(slot);
    return page === undefined ? this.#jobs[slot] : page.jobs()[slot - page.firstSlot];
  }

  /** Whether `job` is here. */
  has(job: Job): boolean {
    const page = this.#pageOf(job.slot);
    return (page === undefined ? this.#jobs[job.slot] : page.ownJobAt(job.slot)) === job;
  }

  /** Whether `job` has begun. */
  hasBegun(job: Job): boolean {
    return this.#isUnderWay(job.slot);
  }

  /** Whether the worker reports `job` together with others: any of them may be what keeps it from ending. */
  isReportedWithOthers(job: Job): boolean {
    const isReporting = (each: Job | undefined) => each !== undefined && this.#stateAt(each.slot) === SLOT_REPORTING;
    return isReporting(job) && this.#allJobs().some((other) => other !== job && isReporting(other));
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

  /** Gives the items of `range` slots in a row, of which it returns the first; `undefined` where it has none. */
  occupyRange(range: ItemRange, number: number): number | undefined {
    if (!this.isShared) return undefined;
    for (const page of this.#pages) {
      if (!page.occupy(range, number)) continue;
      this.jobCount += page.usedCount;
      const place = BOARD_SLOTS + page.firstSlot;
      this.#board.fill(SLOT_SENT, place, place + page.usedCount);
      return page.firstSlot;
    }
    return undefined;
  }

  /** The worker is done with `slot`. Answers its job, unless no caller waits for that any more. */
  release(slot: number): Job | undefined {
    const job = this.#forget(slot);
    const page = this.#pageOf(slot);
    if (page !== undefined) page.release(1);
    else {
      // A message that could not be sent leaves its number to the next.
      this.#numbers[slot] = -1;
      this.#freeSlots.push(slot);
    }
    return job?.isSettled ? undefined : job;
  }

  /** The worker is done with the slots from `slot` on, whose items succeeded with `values`. */
  succeed(slot: number, values: readonly unknown[]): void {
    if (this.#pageOf(slot)?.succeed(slot, values)) this.jobCount -= values.length;
    else for (let place = 0; place < values.length; place++) this.release(slot + place)?.succeed(values[place]);
  }

  /** Gives each item of a range a job of its own. */
  breakUp(): void {
    for (const page of this.#pages) page.jobs();
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
    for (const { firstSlot, usedCount } of this.#pages.filter((page) => page.number === number)) {
      for (let slot = firstSlot; slot < firstSlot + usedCount; slot++) {
        const job = this.release(slot);
        if (job !== undefined) released.push(job);
      }
    }
    return released;
  }

  /** Takes up to `count` jobs back that have not begun and can be sent again. */
  takeBack(count: number): Job[] {
    const taken: Job[] = [];
    for (const job of this.#allJobs()) {
      if (taken.length >= count) break;
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
    for (const job of this.#allJobs()) {
      if (job === undefined || job === running) continue;
      (this.takeOneBack(job) || !this.hasBegun(job) ? waiting : begun).push(job);
    }
    this.#jobs.fill(undefined);
    for (const page of this.#pages) page.jobs().fill(undefined);
    this.jobCount = 0;
    const isWaitedFor = (job: Job) => !job.isSettled;
    return {
      running: running?.isSettled ? undefined : running,
      isForgottenOne: running === undefined ? begun.some((job) => job.isSettled) : running.isSettled,
      begun: begun.filter(isWaitedFor),
      waiting: waiting.filter(isWaitedFor),
    };
  }

  #stateAt(slot: number): number {
    return Atomics.load(this.#board, BOARD_SLOTS + slot);
  }

  #isUnderWay(slot: number): boolean {
    const state = this.#stateAt(slot);
    return state === SLOT_BEGUN || state === SLOT_REPORTING;
  }

  /** The page with `slot`, if that is for ranges. */
  #pageOf(slot: number): RangePage | undefined {
    return slot < this.#slotCount ? undefined : this.#pages[Math.floor((slot - this.#slotCount - 1) / this.#pageStep)];
  }

  /** The jobs in all slots; what was part of a range has its own from here on. */
  #allJobs(): (Job | undefined)[] {
    const jobs = [...this.#jobs];
    for (const page of this.#pages) jobs.push(...page.jobs());
    return jobs;
  }

  #forget(slot: number): Job | undefined {
    const job = this.jobAt(slot);
    if (job === undefined) return undefined;
    const page = this.#pageOf(slot);
    if (page === undefined) this.#jobs[slot] = undefined;
    else page.forget(slot);
    job.worker = undefined;
    this.jobCount--;
    return job;
  }
}
