import type { RunRecord } from "../run_stats/run_record.ts";

/** Is notified of what becomes of the items of a run, at once, whatever their order. */
export interface ItemWatcher {
  /** An item has ended; `index` is its number among the items that the run was given. */
  done(record: RunRecord): void;
  /** The item with this number is not to run, and nothing comes of it. */
  skipped(index: number): void;
  /** A server asked for it that nothing begins between these times, in milliseconds since 1970. */
  paused(fromMs: number, toMs: number): void;
}
