import { faultyItem } from "../../tests/support/faulty_item.ts";
import { BareWorker } from "./bare_worker.ts";
import { FAULT_EVERY, faultOf, ITEM_LIMIT_MS, ITEMS_A_ROUND } from "./faulty_items.ts";
import { Pace } from "./pace.ts";
import type { SoakPart, SoakRates, SoakTally } from "./soak_part.ts";

/** A pool gives an item that may have ended a worker a fresh one: so often an idle worker has to go for it. */
const FAULTS_A_CLEAN_END = 4;

/** The items, faults and workers of the part `pool`, without a pool: two bare workers, and a new one for each that is lost. */
export function barePoolPart(tally: SoakTally, { itemsPerSecond }: SoakRates): Promise<SoakPart> {
  const lanes = [new Lane(tally), new Lane(tally)];
  const pace = new Pace(itemsPerSecond);
  let next = 0;
  return Promise.resolve({
    async round() {
      await pace.turn(ITEMS_A_ROUND);
      tally.items.begun += ITEMS_A_ROUND;
      const lane = lanes[(next / ITEMS_A_ROUND) % lanes.length]!;
      const first = next;
      next += ITEMS_A_ROUND;
      await lane.run(first);
    },
    close() {
      for (const lane of lanes) lane.close();
      return Promise.resolve();
    },
  });
}

/** One worker at a time, and one round at a time for it. */
class Lane {
  readonly #tally: SoakTally;
  #worker: BareWorker | undefined = undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(tally: SoakTally) {
    this.#tally = tally;
  }

  run(first: number): Promise<void> {
    return this.#turn = this.#turn.then(() => this.#round(first));
  }

  close(): void {
    this.#worker?.end();
  }

  async #round(first: number): Promise<void> {
    for (let id = first; id < first + ITEMS_A_ROUND; id += FAULT_EVERY) {
      if (this.#tally.faults++ % FAULTS_A_CLEAN_END === 0) this.#worker?.end();
      await this.#runSome(id, 1);
      await this.#runSome(id + 1, FAULT_EVERY - 1);
      this.#tally.items.done += FAULT_EVERY;
    }
  }

  async #runSome(first: number, count: number): Promise<void> {
    if (this.#worker === undefined || this.#worker.isLost) this.#worker = new BareWorker();
    const items = Array.from({ length: count }, (_, place) => faultyItem(first + place, faultOf(first + place)));
    await this.#worker.run(items, ITEM_LIMIT_MS);
  }
}
