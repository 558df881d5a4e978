import type { TurnKeeper } from "../time/turn_keeper.ts";
import type { ItemSource } from "./item_source.ts";

/** What a source threw. */
export interface SourceFailure {
  readonly reason: unknown;
}

/** Stands where no item was fetched ahead. */
const NONE: unique symbol = Symbol("none");

/** What a drain serves. */
export interface DrainTarget {
  /** Whether another item may begin while `active` others run. */
  mayBegin(active: number): boolean;
  /** Keeps places for the results of the next `count` items, of one by default. */
  reserve(count?: number): void;
  /** Runs the item; never throws. No two items that run have the same `slot`, a small number. */
  run(item: unknown, index: number, slot: number): Promise<unknown>;
  /** The item has its result. */
  onValue(index: number, value: unknown, slot: number): void;
  /** The item failed. */
  onFailure(index: number, error: unknown, slot: number): void;
  /** The source is at its end, or has thrown, and no item runs. */
  onEnd(sourceFailure: SourceFailure | undefined): void;
}

/**
 * Pulls items from a source and runs as many at once as its target allows. A source that is not async is shared by
 * loops, one a slot, which allocate nothing for an item, and an item that may not begin is not pulled. An async one
 * is asked for the next item while others run, so that it and they do not take turns: at most one is held ahead.
 * A source that throws ends the run once all that was begun is done.
 */
export class Drain {
  readonly #source: ItemSource;
  readonly #target: DrainTarget;
  readonly #turns: TurnKeeper;
  readonly #freeSlots: number[] = [];
  #slots = 0;
  #index = 0;
  #active = 0;
  #ahead: unknown = NONE;
  #failure: SourceFailure | undefined = undefined;
  #isDone = false;
  #isPulling = false;
  #isStopped = false;

  /** A drain that has not begun. */
  constructor(source: ItemSource, target: DrainTarget, turns: TurnKeeper) {
    this.#source = source;
    this.#target = target;
    this.#turns = turns;
  }

  /** Whether {@link Drain.fill} would do anything now: where all places are taken, or the source is being asked, it would not. */
  get canFill(): boolean {
    if (!this.#source.isAsync) return this.#mayPull();
    if (this.#isStopped) return false;
    return this.#ahead === NONE ? !this.#isDone && !this.#isPulling : this.#target.mayBegin(this.#active);
  }

  /** Begins what may begin; to be called at first, and when there is room again although no item ended. */
  fill(): void {
    if (this.#source.isAsync) {
      this.#beginAhead();
      return void this.#pullAsync();
    }
    this.#beginLoops();
    this.#checkEnd();
  }

  /** Begins nothing more; what runs still reports how it ended. Resolves once the source is closed. */
  stop(_reason: unknown): Promise<void> {
    this.#isStopped = true;
    return this.#source.close();
  }

  #mayPull(): boolean {
    return !this.#isDone && !this.#isStopped && this.#target.mayBegin(this.#active);
  }

  /** Whether a loop, which counts as active between two items too, may take another. */
  #mayContinue(): boolean {
    return !this.#isDone && !this.#isStopped && this.#target.mayBegin(this.#active - 1);
  }

  #beginLoops(): void {
    while (this.#mayPull()) void this.#loop();
  }

  /** Runs one item after another while that is allowed; an item that may begin begins here, before another loop does. */
  async #loop(): Promise<void> {
    const slot = this.#takeSlot();
    let isFirst = true;
    for (let hasItem = this.#pull(); hasItem; hasItem = this.#mayContinue() && this.#pull()) {
      const index = this.#index++;
      this.#target.reserve();
      try {
        const result = this.#target.run(this.#source.item, index, slot);
        // A target may allow more than before. The caller that began this loop sees to that at first, or each would begin the next.
        if (!isFirst) this.#beginLoops();
        isFirst = false;
        this.#target.onValue(index, await result, slot);
      } catch (error) {
        this.#target.onFailure(index, error, slot);
      }
      const turn = this.#turns.pending();
      if (turn !== undefined) await turn;
    }
    this.#leaveSlot(slot);
    this.#checkEnd();
  }

  /** Moves on to the next item; the source may end the run while it is asked, and nothing begins after that. */
  #pull(): boolean {
    try {
      if (this.#source.advance()) return !this.#isStopped;
    } catch (error) {
      this.#failure = { reason: error };
    }
    this.#isDone = true;
    return false;
  }

  /** Pulls items one after another, one of them ahead, and runs each on its own. */
  async #pullAsync(): Promise<void> {
    if (this.#isPulling) return;
    this.#isPulling = true;
    while (!this.#isDone && !this.#isStopped && this.#ahead === NONE) {
      await this.#fetchAhead();
      this.#beginAhead();
      const turn = this.#turns.pending();
      if (turn !== undefined) await turn;
    }
    this.#isPulling = false;
    this.#checkEnd();
  }

  async #fetchAhead(): Promise<void> {
    try {
      if (await this.#source.advanceAsync()) this.#ahead = this.#source.item;
      else this.#isDone = true;
    } catch (error) {
      this.#failure = { reason: error };
      this.#isDone = true;
    }
  }

  #beginAhead(): void {
    if (this.#ahead === NONE || this.#isStopped || !this.#target.mayBegin(this.#active)) return;
    const item = this.#ahead;
    this.#ahead = NONE;
    void this.#runAlone(item);
  }

  async #runAlone(item: unknown): Promise<void> {
    const slot = this.#takeSlot();
    const index = this.#index++;
    this.#target.reserve();
    try {
      this.#target.onValue(index, await this.#target.run(item, index, slot), slot);
    } catch (error) {
      this.#target.onFailure(index, error, slot);
    }
    this.#leaveSlot(slot);
    this.fill();
  }

  #takeSlot(): number {
    this.#active++;
    return this.#freeSlots.pop() ?? this.#slots++;
  }

  #leaveSlot(slot: number): void {
    this.#active--;
    this.#freeSlots.push(slot);
  }

  #checkEnd(): void {
    if (!this.#isDone || this.#active > 0 || this.#isStopped || this.#isPulling || this.#ahead !== NONE) return;
    this.#isStopped = true;
    this.#target.onEnd(this.#failure);
  }
}
