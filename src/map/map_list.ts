import type { SourceFailure } from "./drain.ts";
import { objectList } from "../runtime/object_list.ts";
import { NOT_RUN } from "./item_outcome.ts";
import { MapRun } from "./map_run.ts";
import type { MapRunSetup } from "./map_run_setup.ts";
import { SKIPPED } from "./result_buffer.ts";

/** The most places that are kept before their items begin: what is longer takes memory only as it is needed. */
const MAX_PLACES = 1_000_000;

/** A run that gathers all results. */
export class MapList extends MapRun {
  readonly #isOrdered: boolean;
  readonly #results: unknown[];
  readonly #settle: PromiseWithResolvers<unknown[]> = Promise.withResolvers();
  #begun = 0;

  /** A run that has not begun. */
  constructor(setup: MapRunSetup, isOrdered: boolean) {
    super(setup);
    this.#isOrdered = isOrdered;
    // A list that grows is copied several times over.
    const expected = isOrdered ? Math.min(setup.source.expected, MAX_PLACES) : 0;
    this.#results = expected > 0 ? new Array(expected).fill(undefined) : objectList();
  }

  /** Runs; resolves with the results. */
  gather(): Promise<unknown[]> {
    this.begin();
    return this.#settle.promise;
  }

  /** How many more items may begin while `active` others run. */
  room(active: number): number {
    return this.setup.capacity.now - active;
  }

  /** Keeps places among the results for `count` items that begin, for one by default. */
  reserve(count: number = 1): void {
    this.#begun += count;
    if (!this.#isOrdered) return;
    while (this.#results.length < this.#begun) this.#results.push(undefined);
  }

  protected keep(index: number, result: unknown): void {
    const kept = result === NOT_RUN ? undefined : result;
    if (this.#isOrdered) this.#results[index] = kept;
    else this.#results.push(kept);
  }

  protected keepAll(firstIndex: number, results: readonly unknown[]): void {
    const kept = this.#results;
    if (!this.#isOrdered) { for (const result of results) kept.push(result); }
    else for (let place = 0; place < results.length; place++) kept[firstIndex + place] = results[place];
  }

  protected override recordError(index: number, error: unknown): void {
    super.recordError(index, error);
    if (!this.#isOrdered) this.#results.push(undefined);
  }

  protected resolve(sourceFailure: SourceFailure | undefined): void {
    if (sourceFailure !== undefined) return this.#settle.reject(sourceFailure.reason);
    // The list of the items may have become shorter meanwhile.
    if (this.#isOrdered) this.#results.length = this.#begun;
    const results = this.setup.onError === "skip" ? this.partialResults() : this.#results;
    if (this.errors.length === 0) return this.#settle.resolve(results);
    this.#settle.reject(this.failedItems(results, this.errors.length, this.#begun));
  }

  protected reject(reason: unknown): void {
    this.#settle.reject(reason);
  }

  protected partialResults(): unknown[] {
    return this.#results.slice(0, this.#begun).filter((result) => result !== SKIPPED);
  }
}
