import type { Call } from "../call/call.ts";
import type { ItemJob } from "../pool/item_job.ts";
import type { SourceFailure } from "./drain.ts";

/** What a bulk drain serves. */
export interface BulkTarget {
  /** How many more items may begin while `active` others run. */
  room(active: number): number;
  /** Keeps places for the results of the next `count` items. */
  reserve(count: number): void;
  /** Whether `item` has to be waited for. */
  isAwaited(item: unknown): boolean;
  /** The call of an item that began without one. */
  callOf(job: ItemJob): Call;
  /** Runs the call of the item; never throws. No two items that run so have the same `slot`, a small number. */
  run(item: unknown, index: number, slot: number): Promise<unknown>;
  /** Runs the call of an item whose first attempt failed, from there on. */
  runOn(job: ItemJob, slot: number): Promise<unknown>;
  /** An item that had no call has its result. */
  onPlainValue(index: number, value: unknown): void;
  /** Items that had no call have their results, from `firstIndex` on; `false` if it takes them one by one only. */
  onPlainValues(firstIndex: number, values: readonly unknown[]): boolean;
  /** The item has its result. */
  onValue(index: number, value: unknown, slot: number): void;
  /** The item failed. */
  onFailure(index: number, error: unknown, slot: number): void;
  /** The source is at its end, or has thrown, and no item runs. */
  onEnd(sourceFailure: SourceFailure | undefined): void;
  /** Runs `fn` in the context of who asked for the run. */
  readonly inContext: (fn: () => void) => void;
}
