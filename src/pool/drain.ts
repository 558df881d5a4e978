import type { TurnKeeper } from "../internal/turn_keeper.ts";
import type { ItemSource } from "./item_source.ts";

/** What a drain serves. */
export interface DrainTarget {
  /** Whether another item may begin while `active` others run. */
  mayBegin(active: number): boolean;
  /** Runs the item; never throws. No two items that run have the same `slot`, a small number. */
  run(item: unknown, index: number, slot: number): Promise<unknown>;
  /** The item has its result. */
  onValue(index: number, value: unknown, slot: number): void;
  /** The item failed. */
  onFailure(index: number, error: unknown, slot: number): void;
  /** The source threw; no further item begins. */
  onSourceFailure(error: unknown): void;
  /** The source is at its end and no item runs. */
  onEnd(): void;
}

/**
 * Pulls items from a source and runs as many at once as its target allows, never pulling one that may not begin.
 * A source that is not async is shared by loops, one a slot, which allocate nothing for an item.
 */
export class Drain {
  readonly #source: ItemSource;
  readonly #target: DrainTarget;
  readonly #turns: TurnKeeper;
  readonly #freeSlots: number[] = [];
  #slots = 0;
  #index = 0;
  #active = 0;
  #isDone = false;
  #isPulling = false;
  #isStopped = false;

  /** A drain that has not begun. */
  constructor(source: ItemSource, target: DrainTarget, turns: TurnKeeper) {
    this.#source = source;
    this.#target = target;
    this.#turns = turns;
  }

  /** Begins what may begin; to be called at first, and when there is room again although no item ended. */
  fill(): void {
    if (this.#source.isAsync) return void this.#pullAsync();
    while (this.#mayPull()) void this.#loop();
    this.#checkEnd();
  }

  /** Begins nothing more; what runs still tells how it ended. Resolves once the source is closed. */
  stop(): Promise<void> {
    this.#isStopped = true;
    return this.#source.close();
  }

  #mayPull(): boolean {
    return !this.#isDone && !this.#isStopped && this.#target.mayBegin(this.#active);
  }

  /** Whether a loop, which counts as active between two items too, may take another. */
  #mayGoOn(): boolean {
    return !this.#isDone && !this.#isStopped && this.#target.mayBegin(this.#active - 1);
  }

  /** Runs one item after another while that is allowed. */
  async #loop(): Promise<void> {
    const slot = this.#takeSlot();
    for (let step = this.#pull(); step !== undefined; step = this.#mayGoOn() ? this.#pull() : undefined) {
      const index = this.#index++;
      try {
        this.#target.onValue(index, await this.#target.run(step.value, index, slot), slot);
      } catch (error) {
        this.#target.onFailure(index, error, slot);
      }
      // A target may allow more than before.
      while (this.#mayPull()) void this.#loop();
      const turn = this.#turns.pending();
      if (turn !== undefined) await turn;
    }
    this.#leaveSlot(slot);
    this.#checkEnd();
  }

  #pull(): IteratorResult<unknown> | undefined {
    try {
      const step = this.#source.next();
      if (!step.done) return step;
    } catch (error) {
      this.#fail(error);
    }
    this.#isDone = true;
    return undefined;
  }

  /** Pulls items one after another while that is allowed, and runs each on its own. */
  async #pullAsync(): Promise<void> {
    if (this.#isPulling) return;
    this.#isPulling = true;
    while (this.#mayPull()) {
      const step = await this.#source.nextAsync().catch((error) => this.#fail(error));
      if (step === undefined || step.done) this.#isDone = true;
      else if (!this.#isStopped) void this.#runAlone(step.value);
      const turn = this.#turns.pending();
      if (turn !== undefined) await turn;
    }
    this.#isPulling = false;
    this.#checkEnd();
  }

  async #runAlone(item: unknown): Promise<void> {
    const slot = this.#takeSlot();
    const index = this.#index++;
    try {
      this.#target.onValue(index, await this.#target.run(item, index, slot), slot);
    } catch (error) {
      this.#target.onFailure(index, error, slot);
    }
    this.#leaveSlot(slot);
    this.fill();
  }

  #fail(error: unknown): void {
    if (!this.#isStopped) this.#target.onSourceFailure(error);
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
    if (!this.#isDone || this.#active > 0 || this.#isStopped || this.#isPulling) return;
    this.#isStopped = true;
    this.#target.onEnd();
  }
}
