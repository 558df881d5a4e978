import type { Delivery, ReplacementFrame } from "../engine.ts";
import { frameOfString } from "./frame_string.ts";
import type { LeasedFrame, TaskQueue } from "./task_queue.ts";

/** An entry of a stream, leased. */
export class RedisDelivery implements Delivery {
  /** What it holds. */
  readonly frame: Uint8Array;
  /** How often it was handed out. */
  readonly deliveries: number;
  readonly #queue: TaskQueue;
  readonly #worker: string;
  readonly #leased: LeasedFrame;

  /** The delivery of an entry with these `fields` to `worker`. */
  constructor(
    queue: TaskQueue,
    worker: string,
    leased: Pick<LeasedFrame, "lane" | "entry">,
    fields: ReadonlyMap<string, string>,
    deliveries: number,
  ) {
    [this.#queue, this.#worker, this.deliveries] = [queue, worker, deliveries];
    this.#leased = { ...leased, run: fields.get("run") ?? "", id: fields.get("id") ?? "" };
    this.frame = frameOfString(fields.get("frame") ?? "");
  }

  /** Prolongs the lease; where that fails, the lease ends, and the frame is handed out again. */
  keep(): void {
    const { lane, entry } = this.#leased;
    this.#queue.keep(lane, this.#worker, entry).catch(() => {});
  }

  /** Stores results, then takes the frame out. */
  settle(run: string, _id: string, results: Uint8Array): Promise<void> {
    return this.#queue.settle(this.#leased, run, results);
  }

  /** Puts other frames of its run in its place. */
  replace(frames: readonly ReplacementFrame[]): Promise<void> {
    return this.#queue.replace(this.#leased, frames);
  }
}
