import type { SourceFailure } from "./drain.ts";
import { NOT_RUN } from "./item_outcome.ts";
import { MapRun } from "./map_run.ts";
import type { MapRunSetup } from "./map_run_setup.ts";
import type { MapStream } from "./mapped_run.ts";
import { ResultBuffer, SKIPPED } from "./result_buffer.ts";

type Step = IteratorResult<unknown, undefined>;

/** A reader that waits for a result, and the next one in line. */
interface Reader {
  readonly resolve: (step: Step) => void;
  readonly reject: (reason: unknown) => void;
  next: Reader | undefined;
}

/** A stream that never ends would otherwise gather errors without end. */
const MAX_ERRORS = 1_000;

const DONE: Step = Object.freeze({ done: true, value: undefined });

/** A run whose results are taken one by one. What is held is bounded by what may run. */
export class MapStreamRun extends MapRun {
  readonly #buffer: ResultBuffer;
  #begun = 0;
  #failed = 0;
  #hasBegun = false;
  #isLeft = false;
  #failure: { readonly reason: unknown } | undefined = undefined;
  #firstReader: Reader | undefined = undefined;
  #lastReader: Reader | undefined = undefined;

  /** A run that begins when its first result is asked for. */
  constructor(setup: MapRunSetup, isOrdered: boolean) {
    super(setup);
    this.#buffer = new ResultBuffer(isOrdered);
  }

  /** The run, as its reader sees it. */
  open(): MapStream<unknown> {
    const stream: MapStream<unknown> = {
      next: () => this.#next(),
      return: () => this.#return(),
      [Symbol.asyncIterator]: () => stream,
      [Symbol.asyncDispose]: async () => void await this.#return(),
    };
    return stream;
  }

  /** How many more items may begin while `active` others run. */
  room(active: number): number {
    return Math.min(this.setup.capacity.now - active, this.#window - this.#buffer.held);
  }

  /** How many items may be held: those that run, and results that wait. */
  get #window(): number {
    const { capacity, maxAhead } = this.setup;
    return capacity.now + (maxAhead ?? capacity.now);
  }

  /** Keeps places among the results for `count` items that begin, for one by default. */
  reserve(count: number = 1): void {
    this.#begun += count;
    for (let place = 0; place < count; place++) this.#buffer.reserve();
  }

  protected keep(index: number, result: unknown): void {
    this.#buffer.put(index, result === NOT_RUN ? SKIPPED : result);
    if (this.#firstReader !== undefined) this.#hand();
  }

  protected keepAll(firstIndex: number, results: readonly unknown[]): void {
    for (let place = 0; place < results.length; place++) this.#buffer.put(firstIndex + place, results[place]);
    if (this.#firstReader !== undefined) this.#hand();
  }

  protected override recordError(index: number, error: unknown): void {
    this.#failed++;
    if (this.errors.length < MAX_ERRORS) super.recordError(index, error);
    this.keep(index, SKIPPED);
  }

  protected resolve(sourceFailure: SourceFailure | undefined): void {
    if (sourceFailure !== undefined) this.#failure = sourceFailure;
    else if (this.#failed > 0) this.#failure = { reason: this.failedItems([], this.#failed, this.#begun) };
    this.#hand();
  }

  protected reject(reason: unknown): void {
    // The reader that leaves knows that; one that still waits gets no more results.
    if (!this.#isLeft) this.#failure = { reason };
    this.#buffer.clear();
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
    if (this.#firstReader === undefined && this.#buffer.hasNext) {
      const value = this.#buffer.take();
      this.#fillIfWorthIt();
      return Promise.resolve({ done: false, value });
    }
    const step = new Promise<Step>((resolve, reject) => this.#line({ resolve, reject, next: undefined }));
    this.#hand();
    return step;
  }

  /**
   * Begins what may begin once half of the window is free. What runs begins the next by itself while there is room; from
   * here it is begun in the context of who opened the stream, and to change that takes longer than an item. The other half
   * is there for the reader meanwhile.
   */
  #fillIfWorthIt(): void {
    if (this.#buffer.held <= this.#window / 2 && this.drain.canFill) this.fill();
  }

  async #return(): Promise<Step> {
    this.#isLeft = true;
    await this.fail(new DOMException("The stream was closed", "AbortError"));
    this.#failure = undefined;
    return DONE;
  }

  #line(reader: Reader): void {
    if (this.#firstReader === undefined) this.#firstReader = reader;
    else this.#lastReader!.next = reader;
    this.#lastReader = reader;
  }

  /** Gives those who wait what there is. */
  #hand(): void {
    for (let reader = this.#firstReader; reader !== undefined && this.#buffer.hasNext; reader = this.#firstReader) {
      this.#firstReader = reader.next;
      reader.resolve({ done: false, value: this.#buffer.take() });
    }
    // Also where no reader waits: places that are left out may have been passed over.
    this.#fillIfWorthIt();
    if (this.isOver) this.#sendAway();
  }

  /** Nothing will come any more: the first reader that waits gets the reason, if there is one. */
  #sendAway(): void {
    for (let reader = this.#firstReader; reader !== undefined; reader = reader.next) {
      const failure = this.#failure;
      this.#failure = undefined;
      if (failure === undefined) reader.resolve(DONE);
      else reader.reject(failure.reason);
    }
    this.#firstReader = undefined;
  }
}
