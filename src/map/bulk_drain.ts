import type { AbortScope } from "../call/abort_scope.ts";
import type { Call } from "../call/call.ts";
import type { ItemClient, ItemJob } from "../pool/item_job.ts";
import { movedBuffers } from "../pool/transfer.ts";
import { objectList } from "../runtime/object_list.ts";
import type { Clock } from "../time/clock.ts";
import { microtask } from "../time/microtask.ts";
import type { TurnKeeper } from "../time/turn_keeper.ts";
import type { BulkPool } from "./bulk_pool.ts";
import type { BulkTarget } from "./bulk_target.ts";
import type { PlainItems, Tracking } from "./tracking.ts";
import type { SourceFailure } from "./drain.ts";
import type { ItemSource } from "./item_source.ts";
import { pullItems } from "./pull_items.ts";

/** What a bulk drain is made with. */
export interface BulkDrainInit {
  readonly source: ItemSource;
  readonly target: BulkTarget;
  /** What can cancel the run. */
  readonly scope: AbortScope;
  readonly bulk: BulkPool;
  readonly turns: TurnKeeper;
  readonly clock: Clock;
  /** What follows the items, if something does. */
  readonly tracking?: Tracking | undefined;
}

/**
 * Pulls items from a source that is not async, and begins them in a pool without a call, a promise or a loop for each.
 * Those that end in one turn are handed on together, and then as many begin. An item that fails, or has to be waited
 * for, or of which a listener is to be notified, goes the way of all others from there on.
 */
export class BulkDrain implements ItemClient {
  readonly #source: ItemSource;
  readonly #target: BulkTarget;
  /** What can cancel the run. */
  readonly scope: AbortScope;
  readonly #bulk: BulkPool;
  readonly #turns: TurnKeeper;
  readonly #clock: Clock;
  readonly #tracking: Tracking | undefined;
  /** How many items in the pool have no job. */
  #plainCount = 0;
  /** The jobs of the others, each at its place. */
  readonly #jobs: ItemJob[] = objectList();
  /** What ended and was not handed on. */
  #values: { readonly firstIndex: number; readonly values: readonly unknown[] }[] = [];
  #settled: ItemJob[] = objectList();
  #isHandingOn = false;
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
  constructor({ source, target, scope, bulk, turns, clock, tracking }: BulkDrainInit) {
    this.#source = source;
    this.#target = target;
    this.scope = scope;
    this.#bulk = bulk;
    this.#turns = turns;
    this.#clock = clock;
    this.#tracking = tracking;
  }

  /** What follows the items. */
  get items(): PlainItems | undefined {
    return this.#tracking?.opened?.items.plain;
  }

  /** Whether an item runs without a call. */
  get isRunningPlain(): boolean {
    return this.#plainCount + this.#jobs.length > 0;
  }

  /** Whether {@link BulkDrain.fill} would do anything now. */
  get canFill(): boolean {
    return !this.#isDone && !this.#isStopped && !this.#isBusy && this.#target.room(this.#active) > 0;
  }

  /** Begins what may begin; where nothing is left, the run is over. */
  fill(): void {
    // To ask for room opens a pool, which after the end would never be closed.
    if (this.#isBusy || this.#isStopped) return;
    this.#isBusy = true;
    const startedMs = this.#clock.coarseNow?.() ?? this.#clock.now();
    let room = this.#isDone ? 0 : this.#target.room(this.#active);
    while (room > 0 && !this.#isDone && !this.#isStopped) room -= this.#pull(room, startedMs);
    this.#isBusy = false;
    if (!this.#isDone || this.#active > 0 || this.#isStopped) return;
    this.#isStopped = true;
    this.#target.onEnd(this.#failure);
  }

  /** Begins nothing more, and asks what runs to stop with `reason`. Resolves once the source is closed. */
  stop(reason: unknown): Promise<void> {
    this.#isStopped = true;
    const closed = this.#source.close();
    if (this.#plainCount > 0) this.#bulk.pool.breakUp();
    for (const job of [...this.#jobs]) job.abort(reason);
    return closed;
  }

  /** The call of `job`. */
  callOf(job: ItemJob): Call {
    return this.#target.callOf(job);
  }

  /** Takes note of what is handed on once this turn is over; it is followed at once. */
  onSettled(job: ItemJob): void {
    if (!job.isFailed) this.items?.succeed(job.index, [job.outcome]);
    const last = this.#jobs.pop()!;
    if (last !== job) {
      this.#jobs[job.place] = last;
      last.place = job.place;
    }
    this.#settled.push(job);
    this.#handOnSoon();
  }

  /** An item that began with others has a `job` from now on. */
  onOwnJob(job: ItemJob): void {
    this.#plainCount--;
    job.place = this.#jobs.push(job) - 1;
  }

  /** Takes note of what is handed on once this turn is over; it is followed at once. */
  onValues(firstIndex: number, values: readonly unknown[]): void {
    this.items?.succeed(firstIndex, values);
    this.#plainCount -= values.length;
    this.#values.push({ firstIndex, values });
    this.#handOnSoon();
  }

  /** Begins up to `room` items, as many of them together as can. Returns how many began. */
  #pull(room: number, startedMs: number): number {
    const { items, apart, isEnd, failure } = pullItems(this.#source, room, {
      isApart: this.#isApart,
      isOfObjects: this.items === undefined,
    });
    this.#isDone = isEnd;
    this.#failure = failure;
    // The source may end the run while it is asked, and nothing begins after that.
    if (this.#isStopped) return 0;
    const count = items.length + (apart === undefined ? 0 : 1);
    if (count === 0) return 0;
    const firstIndex = this.#index;
    this.#index += count;
    this.#active += count;
    this.#target.reserve(count);
    if (items.length > 0 && this.#bulk.isOpen) {
      this.#plainCount += items.length;
      this.#bulk.pool.beginRange(items, firstIndex, startedMs, this);
    } else items.forEach((item, place) => this.#begin(item, firstIndex + place));
    if (apart !== undefined) this.#beginApart(apart.item, firstIndex + items.length, startedMs);
    return count;
  }

  /** Whether `item` has to be waited for, can be sent only once, or is followed by its call. */
  readonly #isApart = (item: unknown, place: number): boolean => {
    return this.#target.isAwaited(item) || movedBuffers(item) !== undefined ||
      this.items?.admit(item, this.#index + place) === false;
  };

  #beginApart(item: unknown, index: number, startedMs: number): void {
    if (this.items || this.#target.isAwaited(item) || !this.#bulk.isOpen) return this.#begin(item, index);
    const job = this.#bulk.pool.begin(item, index, startedMs, this);
    job.place = this.#jobs.push(job) - 1;
  }

  #begin(item: unknown, index: number): void {
    void this.#runAlone(index, (slot) => this.#target.run(item, index, slot));
  }

  #handOnSoon(): void {
    if (this.#isHandingOn) return;
    this.#isHandingOn = true;
    microtask.then(() => this.#target.inContext(() => void this.#handOn()));
  }

  async #handOn(): Promise<void> {
    this.#isBusy = true;
    while (this.#values.length + this.#settled.length > 0) {
      const [ranges, jobs] = [this.#values, this.#settled];
      this.#values = [];
      this.#settled = objectList();
      for (const { firstIndex, values } of ranges) {
        this.#active -= values.length;
        const isEach = this.items?.hasLosses || !this.#target.onPlainValues(firstIndex, values);
        if (isEach) await this.#handEachOn(firstIndex, values);
        const turn = this.#turns.pending();
        if (turn !== undefined) await turn;
      }
      for (const job of jobs) {
        this.#handJobOn(job);
        const turn = this.#turns.pending();
        if (turn !== undefined) await turn;
      }
    }
    this.#isBusy = this.#isHandingOn = false;
    this.fill();
  }

  #handJobOn(job: ItemJob): void {
    if (job.isFailed) return void this.#runAlone(job.index, (slot) => this.#target.runOn(job, slot));
    this.#active--;
    this.#handOneOn(job.index, job.outcome);
  }

  #handOneOn(index: number, value: unknown): void {
    const loss = this.items?.takeLoss(index);
    if (loss === undefined) return this.#target.onPlainValue(index, value);
    this.#active++;
    void this.#runAlone(index, () => Promise.reject(loss.error));
  }

  async #handEachOn(firstIndex: number, values: readonly unknown[]): Promise<void> {
    for (let place = 0; place < values.length; place++) {
      this.#handOneOn(firstIndex + place, values[place]);
      const turn = this.#turns.pending();
      if (turn !== undefined) await turn;
    }
  }

  async #runAlone(index: number, run: (slot: number) => Promise<unknown>): Promise<void> {
    const slot = this.#freeSlots.pop() ?? this.#slots++;
    try {
      this.#target.onValue(index, await run(slot), slot);
    } catch (error) {
      this.#target.onFailure(index, error, slot);
    }
    this.#freeSlots.push(slot);
    // What is taken from a journal waits for nothing else.
    await this.#turns.pending();
    this.#active--;
    this.fill();
  }
}
