import type { ItemJob, KeyedItems } from "../pool/item_job.ts";
import type { BulkPool } from "./bulk_pool.ts";

/** What follows the items of a run. */
export interface Tracking {
  /** Opens what that takes, before any item begins; `fail` ends the run later on. */
  open(fail: (error: unknown) => void): Promise<void>;
  /** Releases it, after the last item; as soon as it can be where `isHurried`. */
  close(isHurried: boolean): Promise<void>;
  /** What was opened, once it is: what follows items that have no call is in it. */
  readonly opened: { readonly items: { readonly plain: PlainItems } } | undefined;
}

/** Follows items that begin in a pool without a call for each. */
export interface PlainItems extends KeyedItems {
  /** An item is about to begin so; `false` where it needs a call, as it is not to run, say. */
  admit(item: unknown, index: number): boolean;
  /** Items that were admitted have their values, from `firstIndex` on. */
  succeed(firstIndex: number, values: readonly unknown[]): void;
  /** Why an item that has a value failed all the same, which is forgotten then; `undefined` for one that did not. */
  takeLoss(index: number): { readonly error: unknown } | undefined;
  /** Whether there is such an item. */
  readonly hasLosses: boolean;
  /** Runs the call of an item that was admitted from where its first attempt failed. */
  runOn(job: ItemJob, bulk: BulkPool): Promise<unknown>;
}
