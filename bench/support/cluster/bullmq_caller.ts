import { Queue, QueueEvents } from "npm:bullmq@6.7.0";
import { QUEUE } from "./tiny_map.ts";

/** How many jobs are put in by one command. */
const JOBS_AT_ONCE = 1_000;

/** Its queue keeps so many events for those who wait for results, four of each job. */
const MAX_EVENTS = 200_000;

/** A run that has not ended by then hangs, in milliseconds. */
const LIMIT_MS = 120_000;

/** Puts items into the queue, and takes their results out of its events, which is the cheapest way. */
export class BullmqCaller {
  readonly #queue: Queue;
  readonly #events: QueueEvents;
  #left = 0;
  #onEnd: () => void = () => {};

  private constructor(queue: Queue, events: QueueEvents) {
    [this.#queue, this.#events] = [queue, events];
    events.on("completed", () => {
      if (--this.#left === 0) this.#onEnd();
    });
  }

  /**
   * Connects.
   *
   * @param port Where Redis listens on this machine.
   * @returns The caller.
   */
  static async open(port: number): Promise<BullmqCaller> {
    const connection = { host: "127.0.0.1", port, maxRetriesPerRequest: null };
    const queue = new Queue(QUEUE, { connection, streams: { events: { maxLen: MAX_EVENTS } } });
    const events = new QueueEvents(QUEUE, { connection, lastEventId: "0-0" });
    await events.waitUntilReady();
    return new BullmqCaller(queue, events);
  }

  /**
   * Lets all items run.
   *
   * @param items What to run.
   * @returns A promise that resolves once all results are back.
   */
  async run(items: readonly number[]): Promise<void> {
    this.#left = items.length;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#onEnd = resolve;
    const timer = setTimeout(() => reject(new Error(`${this.#left} results are missing`)), LIMIT_MS);
    const jobs = items.map((data) => ({ name: "tiny", data, opts: { removeOnComplete: true } }));
    for (let from = 0; from < jobs.length; from += JOBS_AT_ONCE) {
      await this.#queue.addBulk(jobs.slice(from, from + JOBS_AT_ONCE));
    }
    await promise;
    clearTimeout(timer);
  }

  /** Ends its connections. */
  async close(): Promise<void> {
    await this.#events.close();
    await this.#queue.close();
  }
}
