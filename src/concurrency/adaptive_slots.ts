import type { Clock } from "../time/clock.ts";
import type { ConcurrencyLimit } from "./concurrency_limit.ts";
import { Slots } from "./slots.ts";

/** How long what was learned is kept after the latest use. */
const KEPT_MS = 60_000;

/** Slots whose number follows what is learned of those that held one. */
export class AdaptiveSlots extends Slots {
  readonly #algorithm: ConcurrencyLimit;
  readonly #clock: Clock;
  #usedMs: number;

  /** All slots are free; there are as many as the algorithm starts with. */
  constructor(algorithm: ConcurrencyLimit, clock: Clock) {
    super(algorithm.limit, clock);
    this.#algorithm = algorithm;
    this.#clock = clock;
    this.#usedMs = clock.now();
  }

  /** Whether nothing of use is lost with it: what was learned a while ago may not hold any more. */
  override get isIdle(): boolean {
    return super.isIdle && this.#clock.now() - this.#usedMs >= KEPT_MS;
  }

  /**
   * Learns from one that has ended, before its slot is given back.
   *
   * @param startedMs The monotonic time at which it began, in milliseconds.
   * @param inFlight How many slots were held when it began, its own included.
   * @param didDrop Whether it was too much for the service.
   */
  record(startedMs: number, inFlight: number, didDrop: boolean): void {
    // A reading costs more than all else here, and to the length of a turn of the event loop it makes no difference.
    this.#usedMs = this.#clock.coarseNow?.() ?? this.#clock.now();
    const limit = this.#algorithm.sample(Math.max(0, this.#usedMs - startedMs), inFlight, didDrop);
    if (limit !== this.limit) this.limit = limit;
  }
}
