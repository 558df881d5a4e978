import type { Call } from "../call/call.ts";
import type { ItemClient, ItemJob } from "../pool/item_job.ts";
import { objectList } from "../runtime/object_list.ts";
import type { Clock } from "../time/clock.ts";
import type { TurnKeeper } from "../time/turn_keeper.ts";
import type { BulkPool } from "./bulk_pool.ts";
import type { SourceFailure } from "./drain.ts";
import type { ItemSource } from "./item_source.ts";

/** What a bulk drain serves. */
export interface BulkTarget {
  /** How many more items may begin while `active` others run. */
  room(active: number): number;
  /** Keeps a place for the result of the next item. */
  reserve(): void;
  /** Whether `item` has to be waited for. */
  isAwaited(item: unknown): boolean;
  /** The call of an item that began without one. */
  callOf(job: ItemJob): Call;
  /** Runs the call of the item; never throws. No two items that run so have the same `slot`, a small number. */
  run(item: unknown, index: number, slot: number): Promise<unknown>;
  /** Runs the call of an item whose first attempt failed, from there on. */
  runOn(job: ItemJob, slot: number): Promise<unknown>;
  /** An item that had no call has its result. */
  onPlainValue(index: number, value: unknown): void;
  /** The item has its result. */
  onValue(index: number, value: unknown, slot: number): void;
  /** The item failed. */
  onFailure(index: number, error: unknown, slot: number): void;
  /** The source is at its end, or has thrown, and no item runs. */
  onEnd(sourceFailure: SourceFailure | undefined): void;
  /** Runs `fn` in the context of who asked for the run. */
  readonly inContext: (fn: () => void) => void;
}

/** What a bulk drain is made with. */
export interface BulkDrainInit {
  readonly source: ItemSource;
  readonly target: BulkTarget;
  readonly bulk: BulkPool;
  readonly turns: TurnKeeper;
  readonly clock: Clock;
}

/**
 * Pulls items from a source that is not async, and begins them in a pool without a call, a promise or a loop for each.
 * Those that end in one turn are handed on together, and then as many begin. An item that fails, or has to be waited
 * for, or of which a listener is to be notified, goes the way of all others from there on.
 */
export class BulkDrain implements ItemClient {
  readonly #source: ItemSource;
  readonly #target: BulkTarget;
  readonly #bulk: BulkPool;
  readonly #turns: TurnKeeper;
  readonly #clock: Clock;
  /** The items in the pool, each at its place. */
  readonly #jobs: ItemJob[] = objectList();
  /** The items that ended and were not handed on. */
  #settled: ItemJob[] = objectList();
  readonly #freeSlots: number[] = [];
  #slots = 0;
  #index = 0;
  #active = 0;
  #failure: SourceFailure | undefined = undefined;
  #isDone = false;
  #isStopped = false;
  /** Whether items are begun, or handed on, just now: what has room meanwhile is filled after that. */
  #isBusy = false;

  /** A drain that has not begun. */
  constructor({ source, target, bulk, turns, clock }: BulkDrainInit) {
    this.#source = source;
    this.#target = target;
    this.#bulk = bulk;
    this.#turns = turns;
    this.#clock = clock;
  }

  /** Whether an item runs without a call. */
  get isRunningPlain(): boolean {
    return this.#jobs.length > 0;
  }

  /** Whether {@link BulkDrain.fill} would do anything now. */
  get canFill(): boolean {
    return !this.#isDone && !this.#isStopped && !this.#isBusy && this.#target.room(this.#active) > 0;
  }

  /** Begins what may begin. */
  fill(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const startedMs = this.#clock.coarseNow?.() ?? this.#clock.now();
    for (let room = this.#target.room(this.#active); room > 0 && this.#pull(); room--) this.#begin(startedMs);
    this.#isBusy = false;
    this.#checkEnd();
  }

  /** Begins nothing more, and asks what runs to stop with `reason`. Resolves once the source is closed. */
  stop(reason: unknown): Promise<void> {
    this.#isStopped = true;
    const closed = this.#source.close();
    for (const job of [...this.#jobs]) job.abort(reason);
    return closed;
  }

  /** The call of `job`. */
  callOf(job: ItemJob): Call {
    return this.#target.callOf(job);
  }

  /** Takes note of what is handed on once this turn is over. */
  onSettled(job: ItemJob): void {
    const last = this.#jobs.pop()!;
    if (last !== job) {
      this.#jobs[job.place] = last;
      last.place = job.place;
    }
    if (this.#settled.push(job) === 1) queueMicrotask(() => this.#target.inContext(() => void this.#handOn()));
  }

  /** Moves on to the next item; the source may end the run while it is asked, and nothing begins after that. */
  #pull(): boolean {
    if (this.#isDone || this.#isStopped) return false;
    try {
      if (this.#source.advance()) return !this.#isStopped;
    } catch (error) {
      this.#failure = { reason: error };
    }
    this.#isDone = true;
    return false;
  }

  #begin(startedMs: number): void {
    const { item } = this.#source;
    const index = this.#index++;
    this.#active++;
    this.#target.reserve();
    if (this.#target.isAwaited(item) || !this.#bulk.isOpen) {
      return void this.#runAlone(index, (slot) => this.#target.run(item, index, slot));
    }
    const job = this.#bulk.pool.begin(item, index, startedMs, this);
    job.place = this.#jobs.push(job) - 1;
  }

  async #handOn(): Promise<void> {
    const settled = this.#settled;
    for (let place = 0; place < settled.length; place++) {
      const job = settled[place]!;
      this.#isBusy = true;
      if (job.isFailed) void this.#runAlone(job.index, (slot) => this.#target.runOn(job, slot));
      else {
        this.#active--;
        this.#target.onPlainValue(job.index, job.outcome);
      }
      const turn = this.#turns.pending();
      if (turn !== undefined) await turn;
    }
    this.#settled = objectList();
    this.#isBusy = false;
    this.fill();
  }

  async #runAlone(index: number, run: (slot: number) => Promise<unknown>): Promise<void> {
    const slot = this.#freeSlots.pop() ?? this.#slots++;
    try {
      this.#target.onValue(index, await run(slot), slot);
    } catch (error) {
      this.#target.onFailure(index, error, slot);
    }
    this.#freeSlots.push(slot);
    this.#active--;
    this.fill();
  }

  #checkEnd(): void {
    if (!this.#isDone || this.#active > 0 || this.#isStopped) return;
    this.#isStopped = true;
    this.#target.onEnd(this.#failure);
  }
}
