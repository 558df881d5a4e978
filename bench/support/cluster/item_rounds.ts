import { processorMsOfAsync } from "../../../tests/support/processor_time.ts";

/** What one item cost, in microseconds. */
export interface ItemCost {
  /** The time that passed until all were back, shared among them. */
  readonly elapsed: number;
  /** The work of the processor on the side of the caller. */
  readonly caller: number;
}

/** Lets a number of items run, and resolves once all their results are back. */
export type RunItems = (items: readonly number[]) => Promise<unknown>;

/** Rounds in which each of those that are compared runs once, one after another; all rows have them in common. */
export class ItemRounds {
  readonly #items: readonly number[];
  readonly #runs: ReadonlyMap<string, RunItems>;
  readonly #rounds: Promise<ReadonlyMap<string, ItemCost>>[] = [];

  /** Rounds of `count` items; nothing has run yet. */
  constructor(count: number, runs: Readonly<Record<string, RunItems>>) {
    this.#items = Array.from({ length: count }, (_, n) => n);
    this.#runs = new Map(Object.entries(runs));
  }

  /**
   * What an item cost somebody in a round, which runs where it has not yet.
   *
   * @param name Whom.
   * @param round Which round, from 0.
   * @returns The cost.
   */
  async costOf(name: string, round: number): Promise<ItemCost> {
    return (await (this.#rounds[round] ??= this.#run(round))).get(name)!;
  }

  async #run(round: number): Promise<ReadonlyMap<string, ItemCost>> {
    const costs = new Map<string, ItemCost>();
    const order = [...this.#runs];
    for (const [name, run] of round % 2 === 0 ? order : order.toReversed()) costs.set(name, await this.#measure(run));
    return costs;
  }

  async #measure(run: RunItems): Promise<ItemCost> {
    (globalThis as { gc?: () => void }).gc?.();
    const startMs = performance.now();
    const processorMs = await processorMsOfAsync(() => run(this.#items));
    const microseconds = 1_000 / this.#items.length;
    return { elapsed: (performance.now() - startMs) * microseconds, caller: processorMs * microseconds };
  }
}
