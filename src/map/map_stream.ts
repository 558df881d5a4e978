import type { SourceFailure } from "./drain.ts";
import { objectList } from "../runtime/object_list.ts";
import { MapRun, type MapRunSetup, SKIPPED } from "./map_run.ts";
import type { MapStream } from "./mapped.ts";

type Step = IteratorResult<unknown, undefined>;

/** Stands in the place of an item that runs. */
const RUNNING: unique symbol = Symbol("running");

/** A stream that never ends would otherwise gather errors without end. */
const MAX_ERRORS = 1_000;

/** So many places that were left are let be before the list of results is cut. */
const MAX_LEFT = 1_024;

const DONE: Step = Object.freeze({ done: true, value: undefined });

/** A run whose results are taken one by one. What is held is bounded by what may run. */
export class MapStreamRun extends MapRun {
  readonly #isOrdered: boolean;
  /** In order: the items from the first that was not taken on. Else: those that are done. */
  #results: unknown[] = objectList();
  #head = 0;
  #firstIndex = 0;
  #held = 0;
  #begun = 0;
  #failed = 0;
  #hasBegun = false;
  #isLeft = false;
  #failure: { readonly reason: unknown } | undefined = undefined;
  #waiting: PromiseWithResolvers<Step>[] = objectList();
  /** The place of the first that still waits: to shift each one out would move all the others. */
  #firstWaiting = 0;

  /** A run that begins when its first result is asked for. */
  constructor(setup: MapRunSetup, isOrdered: boolean) {
    super(setup);
    this.#isOrdered = isOrdered;
  }

  /** The run, as whoever reads it sees it. */
  open(): MapStream<unknown> {
    const stream: MapStream<unknown> = {
      next: () => this.#next(),
      return: () => this.#return(),
      [Symbol.asyncIterator]: () => stream,
      [Symbol.asyncDispose]: async () => void await this.#return(),
    };
    return stream;
  }

  /** Whether another item may begin while `active` others run. */
  mayBegin(active: number): boolean {
    const capacity = this.setup.capacity.now;
    return active < capacity && this.#held < 2 * capacity;
  }

  /** Runs the call of an item, which gets its place among the results. */
  override run(item: unknown, index: number, slot: number): Promise<unknown> {
    this.#begun++;
    this.#held++;
    if (this.#isOrdered) this.#results.push(RUNNING);
    return super.run(item, index, slot);
  }

  protected keep(index: number, result: unknown): void {
    if (this.#isOrdered) this.#results[this.#head + index - this.#firstIndex] = result;
    else this.#results.push(result);
    this.#hand();
  }

  protected override noteError(index: number, error: unknown): void {
    this.#failed++;
    if (this.errors.length < MAX_ERRORS) super.noteError(index, error);
    this.keep(index, SKIPPED);
  }

  protected resolve(sourceFailure: SourceFailure | undefined): void {
    if (sourceFailure !== undefined) this.#failure = sourceFailure;
    else if (this.#failed > 0) this.#failure = { reason: this.failedItems([], this.#failed, this.#begun) };
    this.#hand();
  }

  protected reject(reason: unknown): void {
    // Whoever leaves knows that; who still waits just gets nothing more.
    if (!this.#isLeft) this.#failure = { reason };
    this.#results = [];
    this.#head = 0;
    this.#hand();
  }

  protected partialResults(): readonly unknown[] {
    return [];
  }

  #next(): Promise<Step> {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      this.begin();
    }
    if (!this.#isAwaited && this.#isHeadDone()) {
      const value = this.#takeHead();
      this.#fillIfWorthIt();
      return Promise.resolve({ done: false, value });
    }
    const waiter = Promise.withResolvers<Step>();
    this.#waiting.push(waiter);
    this.#hand();
    // Places that are left out were passed over: there is room again.
    this.#fillIfWorthIt();
    return waiter.promise;
  }

  /**
   * Begins what may begin once half of the window is free. What runs begins the next by itself while there is room; from
   * here it is begun in the context of who opened the stream, and to change that takes longer than an item. The other half
   * is there for the reader meanwhile.
   */
  #fillIfWorthIt(): void {
    if (this.#held <= this.setup.capacity.now && this.drain.canFill) this.fill();
  }

  async #return(): Promise<Step> {
    this.#isLeft = true;
    await this.fail(new DOMException("The stream was closed", "AbortError"));
    this.#failure = undefined;
    return DONE;
  }

  /** Most streams have one reader, for whom nothing need be cut. */
  #nextWaiting(): PromiseWithResolvers<Step> {
    return this.#waiting.length === 1 ? this.#waiting.pop()! : this.#waiting[this.#firstWaiting++]!;
  }

  #cutWaiting(): void {
    if (this.#firstWaiting === 0) return;
    this.#waiting.splice(0, this.#firstWaiting);
    this.#firstWaiting = 0;
  }

  get #isAwaited(): boolean {
    return this.#waiting.length > this.#firstWaiting;
  }

  /** Gives those who wait what there is. */
  #hand(): void {
    const heldBefore = this.#held;
    while (this.#isAwaited && this.#isHeadDone()) {
      this.#nextWaiting().resolve({ done: false, value: this.#takeHead() });
    }
    if (!this.#isAwaited || this.#firstWaiting > MAX_LEFT) this.#cutWaiting();
    if (this.#held < heldBefore) this.#fillIfWorthIt();
    if (!this.isOver) return;
    this.#cutWaiting();
    for (const waiter of this.#waiting.splice(0)) {
      const failure = this.#failure;
      this.#failure = undefined;
      if (failure === undefined) waiter.resolve(DONE);
      else waiter.reject(failure.reason);
    }
  }

  /** Whether the next result is there, once those that are left out are passed over. */
  #isHeadDone(): boolean {
    while (this.#results[this.#head] === SKIPPED) this.#takeHead();
    return this.#head < this.#results.length && this.#results[this.#head] !== RUNNING;
  }

  #takeHead(): unknown {
    const result = this.#results[this.#head];
    this.#results[this.#head++] = undefined;
    this.#firstIndex++;
    this.#held--;
    if (this.#head === this.#results.length) {
      this.#results.length = this.#head = 0;
    } else if (this.#head > MAX_LEFT) {
      this.#results.splice(0, this.#head);
      this.#head = 0;
    }
    return result;
  }
}
