/** How often a worker announces its slots, in milliseconds. */
export const HEARTBEAT_MS = 2_000;

/** A worker of which nothing was heard for so long is gone: 3 heartbeats. */
const SILENCE_MS = 3 * HEARTBEAT_MS;

interface Heard {
  readonly slots: number;
  readonly atMs: number;
}

/** The slots that the workers of a task announce. */
export class WorkerSlots {
  readonly #workers = new Map<string, Heard>();

  /**
   * Takes a heartbeat in.
   *
   * @param worker Distinguishes the worker from the others.
   * @param slots How many items it runs at once; 0 when it leaves.
   * @param nowMs The time, in milliseconds.
   */
  receive(worker: string, slots: number, nowMs: number): void {
    if (slots > 0) this.#workers.set(worker, { slots, atMs: nowMs });
    else this.#workers.delete(worker);
  }

  /**
   * The slots of all that were heard of lately.
   *
   * @param nowMs The time, in milliseconds.
   * @returns Their sum.
   */
  total(nowMs: number): number {
    let total = 0;
    for (const [worker, { slots, atMs }] of this.#workers) {
      if (nowMs - atMs > SILENCE_MS) this.#workers.delete(worker);
      else total += slots;
    }
    return total;
  }
}
