import { runKeyOf } from "../attempt/idempotency_key.ts";
import type { WorkerHandle } from "../runtime/worker_handle.ts";
import type { ItemRange } from "./item_range.ts";
import type { Job, JobHolder } from "./job.ts";
import { buildRunMessage, packMessage } from "./run_message.ts";
import type { SlotBoard } from "./slot_board.ts";
import { serializationError } from "./wire/serialization_error.ts";
import { findUncloneable } from "./wire/uncloneable.ts";
import { packValues } from "./wire/value_packing.ts";
import type { RunMessage, ToWorker } from "./wire/worker_protocol.ts";

/** Sends items to a worker; those that cannot be cloned fail, and no others. */
export class WorkerOutbox {
  readonly #handle: WorkerHandle;
  readonly #board: SlotBoard;
  readonly #holder: JobHolder;
  #nextNumber = 0;

  /** Sends by `handle` to the worker of `board`, which `holder` is. */
  constructor(handle: WorkerHandle, board: SlotBoard, holder: JobHolder) {
    this.#handle = handle;
    this.#board = board;
    this.#holder = holder;
  }

  /** Sends `message` and moves `moved`. */
  post(message: ToWorker, moved?: readonly unknown[]): void {
    this.#nextNumber = this.#handle.post(message, moved) + 1;
  }

  /** Sends `jobs` of the function `fn` in one message. */
  send(fn: number, jobs: readonly Job[]): void {
    const moved: ArrayBuffer[] = [];
    for (const job of jobs) {
      job.worker = this.#holder;
      this.#board.occupy(job, this.#nextNumber);
      if (job.moved !== undefined) moved.push(...job.moved);
    }
    try {
      const message = packMessage(buildRunMessage(fn, jobs), { isPacking: this.#handle.isPacking, moved });
      this.post(message, moved);
    } catch (error) {
      for (const job of jobs) this.#board.release(job.slot);
      this.#sendApart(fn, jobs, error);
    }
  }

  /** Sends the items of `range` of the function `fn` in one message; as jobs, where there is no room for ranges. */
  sendRange(fn: number, range: ItemRange): void {
    const number = this.#nextNumber;
    range.worker = this.#holder;
    const slots = this.#board.occupyRange(range, number);
    if (slots === undefined) return this.send(fn, range.jobs());
    const rules = { isPacking: this.#handle.isPacking, moved: [] };
    try {
      const { lists: [items], packing } = packValues([range.items], rules);
      const { firstIndex: indexes, client } = range;
      const run = runKeyOf(client.scope);
      const keys = client.items?.keyAt(indexes) && range.items.map((_, place) => client.items!.keyAt(indexes + place));
      const message: RunMessage = {
        kind: "run",
        fn,
        slots,
        items: items!,
        indexes,
        run,
        packing,
        ...(keys && { keys }),
      };
      this.#nextNumber = this.#handle.post(message) + 1;
    } catch (error) {
      this.#sendApart(fn, this.#board.releaseSentWith(number), error);
    }
  }

  /** The `number`th message got lost on its way: what was alone in it is to blame, all others are sent one by one. */
  sendAgain(fn: number, number: number): void {
    const jobs = this.#board.releaseSentWith(number);
    if (jobs.length > 1) jobs.forEach((job) => this.send(fn, [job]));
    else jobs[0]?.fail(serializationError("send an item to a worker", "what cannot be read there"));
  }

  #sendApart(fn: number, jobs: readonly Job[], error: unknown): void {
    if (jobs.length > 1) return jobs.forEach((job) => this.send(fn, [job]));
    jobs[0]!.fail(serializationError("send an item to a worker", findUncloneable(jobs[0]!.call.args, error), error));
  }
}
